/**
 * `demo`: shows it all on this machine. Seeds, each a process of its own, hold a
 * file; a node here fetches it from them over TCP on the loopback address, and
 * the bytes are compared. It leaves nothing: no process, no file, also when it
 * fails or is ended.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, rmSync } from 'node:fs'
import { mkdtemp, open, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import { formatSize } from '../format.ts'
import { LineProgress } from '../progress.ts'
import { withFetchSource } from '../fetch-source.ts'
import { Seed } from './demo-seed.ts'
import { doneEvent, fetchTo } from './get.ts'
import { InvalidArgumentError } from '../../errors.ts'
import type { DoneEvent } from './get.ts'
import type { CommandContext } from '../context.ts'

/** Every seed is a process with a copy of the file. */
export const MAX_SEEDS = 16

/** Bytes that are made at a time. */
const PIECE_SIZE = 1_048_576

/** How long nothing may come before the demo fails, in milliseconds. */
const TIMEOUT = 30_000

export interface DemoCommandOptions {
  /** Bytes of the file. */
  size: number
  seeds: number
}

export async function run (context: CommandContext, { size, seeds: count }: DemoCommandOptions): Promise<void> {
  if (count > MAX_SEEDS) {
    throw new InvalidArgumentError('number of seeds', String(count), `there can be ${MAX_SEEDS}`)
  }

  await requireRoom(tmpdir(), size * (count + 3))
  const folder = await mkdtemp(join(tmpdir(), 'bitswap-demo-'))
  const seeds: Seed[] = []
  // the last resort, when the process is ended at once
  const leaveNothing = (): void => {
    seeds.forEach(seed => { seed.kill() })
    rmSync(folder, { recursive: true, force: true })
  }

  process.once('exit', leaveNothing)

  try {
    await show(context, { folder, size, count, seeds })
  } finally {
    await Promise.all(seeds.map(async seed => { await seed.stop() }))
    await rm(folder, { recursive: true, force: true })
    process.off('exit', leaveNothing)
  }
}

/** The file, its blocks at every seed and at the fetcher, and the copy: better refused now than when the disk is full. */
async function requireRoom (folder: string, size: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)

  if (size > bavail * bsize) {
    throw new InvalidArgumentError('size', formatSize(size), `that is what it takes in all, and ${folder} has room for ${formatSize(bavail * bsize)}`)
  }
}

interface Stage {
  folder: string
  size: number
  count: number
  /** Those that run, to be stopped by who made the stage. */
  seeds: Seed[]
}

async function show (context: CommandContext, { folder, size, count, seeds }: Stage): Promise<void> {
  const { output } = context
  const file = join(folder, 'file')
  const copy = join(folder, 'copy')
  const sha256 = await makeFile(file, size, context.signal)

  await output.print({ event: 'file', bytes: size, sha256 }, `Made a file of ${formatSize(size)}`)

  for (let number = 1; number <= count; number++) {
    seeds.push(new Seed(context.self, { repo: join(folder, `seed-${number}`), file, signal: context.signal }))
  }

  const ready = await Promise.all(seeds.map(async seed => await seed.ready()))

  for (const [index, { peerId, addresses }] of ready.entries()) {
    await output.print({ event: 'seed', peerId, addresses }, `Seed ${index + 1} is ${addresses.join(' ')}`)
  }

  const cid = CID.parse(ready[0]?.cid ?? '')
  const peer = ready.flatMap(({ addresses }) => addresses)

  await output.print({ event: 'fetching', cid: cid.toString() }, `A third node fetches ${cid} from ${count} ${count === 1 ? 'seed' : 'seeds'} over TCP`)
  const done = await fetchCopy({ ...context, repo: join(folder, 'fetcher') }, cid, peer, copy)
  const copied = await hashFile(copy)

  if (copied !== sha256) {
    throw new Error(`what came is not what was sent: SHA-256 is ${copied}, not ${sha256}`)
  }

  await summarise(context, done, sha256)
}

async function fetchCopy (context: CommandContext, cid: CID, peer: string[], copy: string): Promise<DoneEvent> {
  return await withFetchSource(context, { peer, timeout: TIMEOUT }, async fetch => {
    const started = performance.now()
    const progress = context.output.json || context.output.drawsBar ? undefined : new LineProgress(line => { context.output.note(line) })
    const written = await fetchTo(context, fetch, { cid, name: 'copy', out: copy, ...(progress == null ? {} : { progress }) })

    return doneEvent(cid, written, fetch, performance.now() - started)
  })
}

async function summarise ({ output }: CommandContext, done: DoneEvent, sha256: string): Promise<void> {
  const speed = done.bytes / 1e6 / done.seconds

  await output.print({ ...done, path: undefined, megabytesPerSecond: speed, sha256, verified: true }, [
    `SHA-256 of what was sent and of what came: ${sha256}, the same`,
    `${formatSize(done.bytes)} in ${done.seconds.toFixed(2)} s: ${speed.toFixed(0)} MB/s, ${done.blocks} blocks, ${done.duplicates} ${done.duplicates === 1 ? 'duplicate' : 'duplicates'}, ` +
    `${done.messagesSent} messages sent, ${done.messagesReceived} received`
  ].join('\n'))
}

/** Writes a file of random bytes, and returns its SHA-256. */
async function makeFile (path: string, size: number, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx')

  try {
    for (let left = size; left > 0; left -= PIECE_SIZE) {
      signal.throwIfAborted()
      const piece = randomBytes(Math.min(left, PIECE_SIZE))

      hash.update(piece)
      await file.appendFile(piece)
    }
  } finally {
    await file.close()
  }

  return hash.digest('hex')
}

async function hashFile (path: string): Promise<string> {
  const hash = createHash('sha256')

  for await (const piece of createReadStream(path, { highWaterMark: PIECE_SIZE }) as AsyncIterable<Uint8Array>) {
    hash.update(piece)
  }

  return hash.digest('hex')
}
