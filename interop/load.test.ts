/**
 * Kubo and Helia as clients of ours, several at once, beside peers that behave
 * badly: all comes, nobody is kept waiting, and each account of a partner is the
 * same on both sides. What is counted: bytes of blocks, not of messages. Ours and
 * Kubo's ledger count as received what was wanted, Helia's all that came; Kubo
 * counts what it sends before it does, ours once it is written. With everything
 * fetched, of one peer and once, all that is the same.
 */
import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { Peer } from './harness/calls.ts'
import { randomPieces, sha256OfFile, temporaryFolder, writeRandomFile } from './harness/data.ts'
import { startHelia, type Helia } from './harness/helia.ts'
import { Kubo } from './harness/kubo.ts'
import { bitswap, eventsOf, startOursProcess, type Account, type OursProcess } from './harness/ours.ts'
import type { Read } from './harness/patience.ts'

const ATTACKER = fileURLToPath(new URL('./harness/attacker-process.ts', import.meta.url))

const MIB = 1024 * 1024
const OF_EACH_KIND = 3
const CLIENTS = 2 * OF_EACH_KIND

/** A file has so many parts in a row of a ring of parts: each block is wanted by four of the six. */
const PARTS = 4
const PART = 8 * MIB

/** Of the file of many blocks. */
const SMALL_BLOCK = 1024
const SMALL_BLOCKS = 2048

/** By each. */
const FETCHED = PARTS * PART + SMALL_BLOCKS * SMALL_BLOCK

/** With a block of 256 KiB to each that does not leave, more than the 4 MiB that may be under way to all peers. */
const HOGS = 24
const HOG_BLOCKS = 1000
const FLOODS = 10

interface Expected {
  cid: string
  read: Read
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let ours: OursProcess
let kubos: Kubo[]
let helias: Helia[]
/** All of both kinds. */
let clients: Array<Kubo | Helia>
/** One of each client, and one that all read. */
let large: Expected[]
let small: Expected
/** Of the bad peers. */
let attacker: Peer
let hogs: string[]
let floods: string[]

before(async () => {
  folder = await temporaryFolder('load')
  const repo = join(folder.path, 'repo')
  const several = Array.from({ length: OF_EACH_KIND })

  ;[kubos, helias, attacker] = await Promise.all([
    Promise.all(several.map(async () => Kubo.start())),
    Promise.all(several.map(async () => startHelia())),
    Peer.start(ATTACKER)
  ])
  clients = [...kubos, ...helias]

  large = await add(repo, await Promise.all(clients.map(async (_, i) => writeParts(`large-${i}`, i))))
  const largeBlocks = await blocksOf(repo)
  const smallPath = await writeSeeded('small', SMALL_BLOCKS * SMALL_BLOCK, CLIENTS)
  small = (await add(repo, [smallPath], '--chunk-size', String(SMALL_BLOCK)))[0] as Expected
  const blocks = [...new Set([...largeBlocks, ...await blocksOf(repo)])]

  ours = await startOursProcess(repo)
  hogs = (await attacker.call<{ ids: string[] }>('hog', { address: ours.address, count: HOGS, cids: blocks.slice(0, HOG_BLOCKS) })).ids
  floods = (await attacker.call<{ ids: string[] }>('flood', { address: ours.address, count: FLOODS, nice: 0 })).ids
  await Promise.all([...hogs, ...floods].map(async id => wanting(id)))
  await Promise.all(clients.map(async client => client.connect(ours.address)))
})

after(async () => {
  await Promise.all([...clients, ours, attacker].map(async peer => peer.stop()))
  await folder[Symbol.asyncDispose]()
})

async function writeParts (name: string, first: number): Promise<string> {
  const path = join(folder.path, name)

  await writeFile(path, (function * () {
    for (let i = 0; i < PARTS; i++) {
      yield * randomPieces(PART, (first + i) % CLIENTS)
    }
  })())

  return path
}

async function writeSeeded (name: string, size: number, seed: number): Promise<string> {
  const path = join(folder.path, name)

  await writeRandomFile(path, size, seed)

  return path
}

/** What one has who has read it. */
async function readOf (path: string): Promise<Read> {
  return { size: (await stat(path)).size, sha256: await sha256OfFile(path) }
}

async function add (repo: string, paths: string[], ...options: string[]): Promise<Expected[]> {
  const { stdout } = await bitswap('--repo', repo, '--json', 'add', ...options, ...paths)
  const added = eventsOf(stdout).filter(({ event }) => event === 'added')

  return Promise.all(paths.map(async (path, i) => ({ cid: String(added[i]?.cid), read: await readOf(path) })))
}

async function blocksOf (repo: string): Promise<string[]> {
  return (await bitswap('--repo', repo, 'block', 'ls')).stdout.trim().split('\n')
}

/** Resolves once ours keeps wants of that peer. */
async function wanting (id: string): Promise<void> {
  while (await ours.wantsOf(id) === 0) {
    // a round trip to its process is the waiting
  }
}

async function sentTo (ids: string[]): Promise<number> {
  const accounts = await Promise.all(ids.map(async id => ours.ledgerOf(id)))

  return accounts.reduce((sum, { sent }) => sum + sent, 0)
}

type Bytes = Pick<Account, 'sent' | 'received'>

/** Of an account what can be compared with Helia, which counts no blocks but messages, and those without any too. */
function bytesOf ({ sent, received }: Account): Bytes {
  return { sent, received }
}

/** As the other side should have it. */
function turned ({ sent, received }: Bytes): Bytes {
  return { sent: received, received: sent }
}

/** As {@link turned}, the whole account. */
function mirrored (account: Account): Account {
  const { sent, received } = turned(account)

  return { sent, received, exchanged: account.exchanged, value: sent / (received + 1) }
}

/**
 * Both come to say the same: what came last may not be in the books of either when it can
 * be read already. Each look is a round trip to other processes, and there is an end to them.
 */
async function agree<T> (ours: () => Promise<T>, theirs: () => Promise<T>): Promise<void> {
  let [a, b] = [await ours(), await theirs()]

  for (let looks = 1; looks < 100 && !isDeepStrictEqual(a, b); looks++) {
    [a, b] = [await ours(), await theirs()]
  }

  assert.deepEqual(a, b)
}

test('three Kubos and three Helias fetch at once, beside hogs and floods', async context => {
  const start = performance.now()
  const reads = await Promise.all(clients.map(async (client, i) => client.readFiles((large[i] as Expected).cid, small.cid)))
  const waits = reads.map(({ longestWait }) => `${Math.round(longestWait)} ms`)

  context.diagnostic(`${((performance.now() - start) / 1000).toFixed(1)} s; the longest each waited for anything: ${waits.join(', ')}`)

  for (const [i, { files }] of reads.entries()) {
    assert.deepEqual(files, [(large[i] as Expected).read, small.read])
  }
})

test('each Kubo was sent what it counted, and its ledger says of us what ours says of it', async () => {
  for (const kubo of kubos) {
    await agree(async () => ours.ledgerOf(kubo.id), async () => mirrored(await kubo.ledgerOf(ours.id)))

    const { sent } = await ours.ledgerOf(kubo.id)

    assert.ok(sent > FETCHED)
    // its ledger counts blocks that it wants; this counts all
    assert.deepEqual(await kubo.dataReceived(), { all: sent, duplicate: 0 })
  }
})

test('the ledger of each Helia says of us what ours says of it, in bytes', async () => {
  for (const helia of helias) {
    await agree(async () => bytesOf(await ours.ledgerOf(helia.id)), async () => turned(await helia.ledgerOf(ours.id)))
    assert.ok((await ours.ledgerOf(helia.id)).sent > FETCHED)
  }
})

test('all accounts together are what was sent, and those who behaved badly had little of it', async () => {
  const { dataSent, dataReceived } = await ours.stat()
  const [toClients, toHogs, toFloods] = [await sentTo(clients.map(({ id }) => id)), await sentTo(hogs), await sentTo(floods)]

  assert.equal(toClients + toHogs + toFloods, dataSent)
  assert.equal(toFloods, 0)
  assert.equal(dataReceived, 0)
  assert.ok(toHogs < HOGS * MIB, `hogs, which read nothing, were sent ${toHogs} bytes`)
})

test('what ours fetches of a Kubo and of a Helia is in the same accounts', async () => {
  const [kubo, helia] = [kubos[0] as Kubo, helias[0] as Helia]
  const paths = await Promise.all([1, 2].map(async i => writeSeeded(`theirs-${i}`, PART, CLIENTS + i)))
  const cids = [await kubo.add(paths[0] as string), (await helia.add(PART, CLIENTS + 2)).cid]

  assert.deepEqual((await ours.readFiles(...cids)).files, await Promise.all(paths.map(readOf)))
  await agree(async () => ours.ledgerOf(kubo.id), async () => mirrored(await kubo.ledgerOf(ours.id)))
  await agree(async () => bytesOf(await ours.ledgerOf(helia.id)), async () => turned(await helia.ledgerOf(ours.id)))

  const { sent, received, value } = await kubo.ledgerOf(ours.id)
  assert.equal(value, sent / (received + 1), 'its debt ratio is what ours takes it for')

  const [fromKubo, fromHelia] = [(await ours.ledgerOf(kubo.id)).received, (await ours.ledgerOf(helia.id)).received]
  const { dataReceived, dupDataReceived } = await ours.stat()

  assert.ok(fromKubo > PART && fromHelia > PART, 'the file, and what links its parts')
  assert.equal(dataReceived - dupDataReceived, fromKubo + fromHelia)
})
