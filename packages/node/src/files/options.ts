/** What can be set about adding files and reading graphs: checked once, read everywhere. Sizes are bytes. */
import { InvalidOptionError } from 'ts-bitswap/errors'
import { requireBoolean, requireCount } from '../option-checks.ts'

export interface WalkInit {
  /**
   * Bytes of blocks that may be asked for, or have come, before their turn.
   * A block whose size is not known yet counts as the mean of those that came
   * and link to no others.
   *
   * @default 33554432
   */
  readAheadSize?: number

  /**
   * Blocks that may be asked for, or have come, before their turn.
   *
   * @default 512
   */
  maxReadAhead?: number
}

export type WalkOptions = Readonly<Required<WalkInit>>

export const WALK_DEFAULTS: WalkOptions = Object.freeze({
  readAheadSize: 33_554_432,
  maxReadAhead: 512
})

export function resolveWalkOptions (init: WalkInit = {}): WalkOptions {
  const options = { ...WALK_DEFAULTS, ...init }

  requireCount('walk.readAheadSize', options.readAheadSize)
  requireCount('walk.maxReadAhead', options.maxReadAhead)

  return Object.freeze(options)
}

/**
 * The largest piece a file can be cut into: the 2 MiB of a block, less 256 bytes
 * for what is written around it. The same as in Kubo.
 */
export const MAX_CHUNK_SIZE = 2_096_896

export interface AddInit {
  /**
   * The size of the pieces a file is cut into, at most {@link MAX_CHUNK_SIZE}.
   *
   * @default 262144
   */
  chunkSize?: number

  /**
   * The version of the CIDs. With 1 the pieces are raw bytes, as in Kubo.
   *
   * @default 0
   */
  cidVersion?: 0 | 1

  /**
   * Also add files and folders in a folder whose name begins with a dot.
   *
   * @default false
   */
  hidden?: boolean

  /**
   * Put a folder around what is added, which keeps the name of a single file.
   *
   * @default false
   */
  wrap?: boolean
}

export type AddOptions = Readonly<Required<AddInit>>

export const ADD_DEFAULTS: AddOptions = Object.freeze({
  chunkSize: 262_144,
  cidVersion: 0,
  hidden: false,
  wrap: false
})

export function resolveAddOptions (init: AddInit = {}): AddOptions {
  const options = { ...ADD_DEFAULTS, ...init }

  if (!(Number.isSafeInteger(options.chunkSize) && options.chunkSize > 0 && options.chunkSize <= MAX_CHUNK_SIZE)) {
    throw new InvalidOptionError('add.chunkSize', options.chunkSize, `an integer from 1 to ${MAX_CHUNK_SIZE}`)
  }

  if (options.cidVersion !== 0 && options.cidVersion !== 1) {
    throw new InvalidOptionError('add.cidVersion', options.cidVersion, '0 or 1')
  }

  requireBoolean('add.hidden', options.hidden)
  requireBoolean('add.wrap', options.wrap)

  return Object.freeze(options)
}
