/** A call that a user made of an instance, and with what it may end. */
import type { CID } from 'multiformats/cid'
import type { BlockSource, GetOptions, Session } from '../../src/api.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Block } from '../../src/message/message.ts'
import { BLOCKS, numberOf } from './contents.ts'
import type { Resident } from './resident.ts'

export interface SessionInUse {
  readonly name: string
  readonly resident: Resident
  readonly session: Session
  readonly only: ReadonlySet<Resident> | undefined
  /** How often its instance had crashed. */
  readonly life: number
  closed: boolean
}

export interface Call {
  readonly name: string
  readonly resident: Resident
  /** Blocks it waits for, by the names it asked for them. */
  readonly missing: Map<number, CID>
  /** Those it was told to ask. */
  readonly providers: ReadonlySet<Resident>
  /** Those it asks alone; undefined when it asks everybody. */
  readonly only: ReadonlySet<Resident> | undefined
  readonly controller: AbortController
  readonly session: SessionInUse | undefined
  readonly options: GetOptions
  /** What it asks, without a session. */
  readonly exchange: BlockSource
  /** Of the process that made it. */
  readonly clock: Clock
  /** How often its instance had crashed. */
  readonly life: number
  /** Was `cancelWants` called for one of its blocks? */
  cancelled: boolean
  /** Its consumer has left, or never comes back. */
  left: boolean
  open: boolean
  /** How often it got something. */
  moves: number
}

/** What its input throws at the end, if it does. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

/** What stores throw that were made to fail. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

/** Did the process that made it crash? Then nobody is there whom it could tell of its end. */
export function isGone ({ resident, life }: Pick<Call, 'resident' | 'life'>): boolean {
  return resident.instance.crashes !== life
}

/** It does wait, and somebody waits for it. */
export function isWaiting (call: Call): boolean {
  return call.open && !call.left && !isGone(call)
}

/** Takes a block; returns what is wrong with it, as a sentence. */
export function takeBlock (call: Call, { cid, bytes }: Block): string | undefined {
  const block = numberOf(cid)

  call.moves++

  if (block == null || !call.missing.delete(block)) {
    return `${call.name} got ${cid} twice, or did not ask for it`
  }

  // what was changed in the store of whoever calls is not checked: a store is trusted
  return Buffer.compare(bytes, BLOCKS[block].bytes) === 0 || call.resident.spoilt.has(block) ? undefined : `${call.name} got wrong bytes for ${cid}`
}

/** May a call end with this error, after what happened? */
export function isDue (call: Call, error: Error): boolean {
  const { resident, options, session } = call

  switch (error.name) {
    case 'WantCancelledError':
      return call.cancelled
    case 'SessionClosedError':
      return session?.closed === true || resident.wasStopped
    case 'NotStartedError':
      return resident.wasStopped
    case 'BlockUnavailableError':
      return options.failFast === true
    case 'BlockTooLargeError':
      return options.maxSize != null
    case 'TooManyWantsError':
      return resident.instance.options.client.maxWants < BLOCKS.length
    case 'StoreError':
      return resident.storeFailed
    default:
      return error === call.controller.signal.reason || error instanceof InputError
  }
}
