/** `block get|put|stat|rm|ls`: single blocks, whatever they are. */
import { CID } from 'multiformats/cid'
import { BlockMissingError, InvalidArgumentError } from '../../errors.ts'
import { BlockPinnedError } from '../../pins/errors.ts'
import { collect } from '../../store/collect.ts'
import { getHasher, hashCode } from '../../store/hashers.ts'
import { STORE_DEFAULTS } from '../../store/options.ts'
import { MAX_FILE_SIZE } from '../../store/read-file-whole.ts'
import { codecCode } from '../codecs.ts'
import { withFetchSource } from '../fetch-source.ts'
import { openInput, STANDARD_INPUT } from '../input.ts'
import { parseCid } from '../values.ts'
import { openPins, storageLimit, withRepo } from '../with-repo.ts'
import type { CommandContext } from '../context.ts'
import type { FetchOptions } from '../fetch-source.ts'
import type { DiskRepo } from '../../store/repo.ts'

export async function get (context: CommandContext, options: FetchOptions, text: string): Promise<void> {
  const cid = parseCid(text)

  await withFetchSource(context, options, async ({ source }) => {
    await context.output.write(await source.read(cid, context.signal))
  })
}

export interface PutOptions {
  cidCodec: string
  mhtype: string
  allowBigBlock?: boolean
  pin?: boolean
}

export async function put (context: CommandContext, options: PutOptions, files: string[]): Promise<void> {
  const codec = codecCode(options.cidCodec)
  const hasher = await getHasher(await requireHash(options.mhtype))
  const maxBlockSize = options.allowBigBlock === true ? MAX_FILE_SIZE : STORE_DEFAULTS.maxBlockSize

  await withRepo(context, { ...await storageLimit(context), maxBlockSize }, async repo => {
    const pins = options.pin === true ? await openPins(repo) : undefined

    for (const file of files.length === 0 ? [STANDARD_INPUT] : files) {
      const bytes = await readBlock(context, file, maxBlockSize)
      const cid = CID.createV1(codec, await hasher.digest(bytes))

      await repo.blockstore.put(cid, bytes)
      await pins?.add(cid, { signal: context.signal })
      await context.output.print({ event: 'put', cid: cid.toString(), size: bytes.byteLength }, cid.toString())
    }
  })
}

async function readBlock (context: CommandContext, file: string, maxBlockSize: number): Promise<Uint8Array> {
  const bytes = await collect(openInput(context, file), maxBlockSize)

  if (bytes.byteLength > maxBlockSize) {
    throw new InvalidArgumentError('block', file, `it is over ${maxBlockSize} bytes, and peers do not take such blocks: add it as a file, or pass --allow-big-block`)
  }

  return bytes
}

export async function stat (context: CommandContext, _options: unknown, text: string): Promise<void> {
  const cid = parseCid(text)

  await withRepo(context, {}, async repo => {
    const size = await sizeOf(repo, cid)

    await context.output.print({ event: 'stat', cid: cid.toString(), size }, `Key: ${cid}\nSize: ${size}\n`)
  })
}

export interface RemoveOptions {
  force?: boolean
  quiet?: boolean
}

export async function rm (context: CommandContext, { force, quiet }: RemoveOptions, texts: string[]): Promise<void> {
  const cids = texts.map(parseCid)

  await withRepo(context, {}, async repo => {
    const found = await (await openPins(repo)).find(cids, { signal: context.signal })

    for (const [index, pin] of found.entries()) {
      if (pin != null) {
        throw new BlockPinnedError(cids[index] ?? pin.cid, pin.type === 'indirect' ? `indirect through ${pin.through}` : pin.type)
      }
    }

    for (const cid of cids) {
      // a damaged block may be removed as well: nobody knows of it before it is read
      if (force !== true) {
        await sizeOf(repo, cid)
      }

      await repo.blockstore.delete(cid)
      await context.output.print({ event: 'removed', cid: cid.toString() }, quiet === true ? undefined : `removed ${cid}`)
    }
  })
}

export async function ls (context: CommandContext): Promise<void> {
  const { output, signal } = context

  await withRepo(context, {}, async repo => {
    for await (const cid of repo.blockstore.cids({ signal })) {
      await output.print({ event: 'block', cid: cid.toString() }, cid.toString())
    }
  })
}

async function sizeOf (repo: DiskRepo, cid: CID): Promise<number> {
  try {
    return await repo.blockstore.size(cid)
  } catch (error) {
    throw error instanceof Error && error.name === 'NotFoundError' ? new BlockMissingError(cid, '', { cause: error }) : error
  }
}

async function requireHash (name: string): Promise<number> {
  const code = await hashCode(name)

  if (code == null) {
    throw new InvalidArgumentError('hash function', name, 'there is sha2-256, sha2-512, sha3-224 to sha3-512, blake2b-8 to blake2b-512, blake2s-8 to blake2s-256, blake3 and identity')
  }

  return code
}
