/**
 * Kubo and Helia as clients of ours, several at once, beside peers that behave
 * badly: all comes, nobody is kept waiting, and each account of a partner is the
 * same on both sides.
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
let hog: string
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
  hog = (await attacker.call<{ id: string }>('hog', { address: ours.address, cids: blocks.slice(0, HOG_BLOCKS) })).id
  floods = (await attacker.call<{ ids: string[] }>('flood', { address: ours.address, count: FLOODS, nice: 0 })).ids
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

test('three Kubos and three Helias fetch at once, beside a hog and floods', async context => {
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

    assert.deepEqual(await kubo.dataReceived(), { all: sent, duplicate: 0 })
  }
})

test('the ledger of each Helia says of us what ours says of it, in bytes', async () => {
  for (const helia of helias) {
    await agree(async () => bytesOf(await ours.ledgerOf(helia.id)), async () => turned(await helia.ledgerOf(ours.id)))
  }
})

test('all accounts together are what was sent, and the hog had little of it', async () => {
  const { dataSent, dataReceived } = await ours.stat()
  const accounts = await Promise.all([...clients.map(({ id }) => id), hog, ...floods].map(async id => ours.ledgerOf(id)))
  const ofHog = accounts[CLIENTS]?.sent ?? 0

  assert.equal(accounts.reduce((sum, { sent }) => sum + sent, 0), dataSent)
  assert.equal(dataReceived, 0)
  assert.ok(await ours.wantsOf(hog) > 0)
  assert.ok(ofHog < 16 * MIB, `the hog, which read nothing, was sent ${ofHog} bytes`)
  assert.deepEqual(accounts.slice(CLIENTS + 1).map(({ sent }) => sent), floods.map(() => 0))
})

test('what ours fetches of a Kubo and of a Helia is in the same accounts', async () => {
  const [kubo, helia] = [kubos[0] as Kubo, helias[0] as Helia]
  const paths = await Promise.all([1, 2].map(async i => writeSeeded(`theirs-${i}`, PART, CLIENTS + i)))
  const cids = [await kubo.add(paths[0] as string), (await helia.add(PART, CLIENTS + 2)).cid]

  assert.deepEqual((await ours.readFiles(...cids)).files, await Promise.all(paths.map(readOf)))
  await agree(async () => ours.ledgerOf(kubo.id), async () => mirrored(await kubo.ledgerOf(ours.id)))
  await agree(async () => bytesOf(await ours.ledgerOf(helia.id)), async () => turned(await helia.ledgerOf(ours.id)))

  const [fromKubo, fromHelia] = [(await ours.ledgerOf(kubo.id)).received, (await ours.ledgerOf(helia.id)).received]
  const { dataReceived, dupDataReceived } = await ours.stat()

  assert.ok(fromKubo > PART && fromHelia > PART, 'the file, and what links its parts')
  assert.equal(dataReceived - dupDataReceived, fromKubo + fromHelia)
})
