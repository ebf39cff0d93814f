/**
 * Found and fetched by strangers: A has a file, B knows who has what, C knows
 * only B. Each a process of its own, ours or Kubo.
 */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatSwarmKey, generateSwarmKey } from 'ts-bitswap-node'
import { sha256OfFile, temporaryFolder, writeRandomFile } from './harness/data.ts'
import { Kubo } from './harness/kubo.ts'
import { bitswap, eventsOf, findable, serve, type Served } from './harness/ours.ts'

const SIZE = 1_500_000

/** A DHT among processes of this machine. */
const DHT_SERVER = { 'Routing.Type': 'dhtserver', 'Routing.LoopbackAddressesOnLanDHT': true }

interface File {
  path: string
  sha256: string
}

async function makeFile (folder: string, seed: number): Promise<File> {
  const path = join(folder, `file-${seed}.bin`)
  await writeRandomFile(path, SIZE, seed)

  return { path, sha256: await sha256OfFile(path) }
}

/** C: a command that knows no address of A. */
async function get (folder: string, cid: string, ...args: string[]): Promise<string> {
  const got = join(folder, 'got.bin')
  const { stdout } = await bitswap('--repo', join(folder, 'c'), '--json', 'get', cid, '-o', got, ...args)

  assert.equal(eventsOf(stdout).at(-1)?.bytes, SIZE)

  return sha256OfFile(got)
}

/** Stops them in the end, whatever happens; the last first. */
class Cast extends AsyncDisposableStack {
  async serve (repo: string, ...args: string[]): Promise<Served> {
    const served = await serve(repo, ...args)
    this.defer(async () => { await served.stop() })

    return served
  }

  /** @param swarmKey - of its private network, as a file is */
  async kubo (settings: Readonly<Record<string, unknown>>, swarmKey?: string): Promise<Kubo> {
    const kubo = await Kubo.init(settings)
    this.defer(async () => { await kubo.stop() })

    if (swarmKey != null) {
      await writeFile(join(kubo.repo, 'swarm.key'), swarmKey)
    }

    await kubo.startDaemon()

    return kubo
  }
}

test('through a DHT: A adds, B is a DHT server, C knows only B', async () => {
  await using folder = await temporaryFolder('finding')
  await using cast = new Cast()
  const { path, sha256 } = await makeFile(folder.path, 1)
  const b = await cast.serve(join(folder.path, 'b'), '--routing', 'lan=server')
  const a = await cast.serve(join(folder.path, 'a'), path, '--routing', 'lan=server', '--bootstrap', b.address)
  const cid = await findable(a)

  assert.equal(await get(folder.path, cid, '--routing', 'lan', '--bootstrap', b.address), sha256)
})

test('through a delegated router: B serves /routing/v1, C asks nobody else', async () => {
  await using folder = await temporaryFolder('finding')
  await using cast = new Cast()
  const { path, sha256 } = await makeFile(folder.path, 2)
  const b = await cast.serve(join(folder.path, 'b'), '--routing', 'lan=server', '--routing-server', '127.0.0.1:0')
  const a = await cast.serve(join(folder.path, 'a'), path, '--routing', 'lan=server', '--bootstrap', b.address)
  const cid = await findable(a)

  assert.equal(await get(folder.path, cid, '--routing', `delegated=${b.routingServer}`), sha256)
})

test('through mDNS: nobody is told of anybody', async () => {
  await using folder = await temporaryFolder('finding')
  await using cast = new Cast()
  const { path, sha256 } = await makeFile(folder.path, 3)
  const a = await cast.serve(join(folder.path, 'a'), path, '--routing', 'mdns')
  const [cid = ''] = a.cids.values()

  assert.equal(await get(folder.path, cid, '--routing', 'mdns'), sha256)
})

test('through a table that the user gives', async () => {
  await using folder = await temporaryFolder('finding')
  await using cast = new Cast()
  const { path, sha256 } = await makeFile(folder.path, 4)
  const a = await cast.serve(join(folder.path, 'a'), path)
  const [cid = ''] = a.cids.values()

  assert.equal(await get(folder.path, cid, '--routing', 'none', '--provider', `${cid}=${a.address}`), sha256)
})

test('Kubo as A: what it provides into the DHT of B is found by C', async () => {
  await using folder = await temporaryFolder('finding')
  await using cast = new Cast()
  const { path, sha256 } = await makeFile(folder.path, 5)
  const b = await cast.serve(join(folder.path, 'b'), '--routing', 'lan=server')
  const a = await cast.kubo(DHT_SERVER)

  await a.connect(b.address)
  const cid = await a.add(path)
  await a.ipfs('routing', 'provide', cid)

  assert.equal(await get(folder.path, cid, '--routing', 'lan', '--bootstrap', b.address), sha256)
})

test('Kubo as B: a DHT server, and a delegated router', async () => {
  await using folder = await temporaryFolder('finding')
  await using again = await temporaryFolder('finding')
  await using cast = new Cast()
  const { path, sha256 } = await makeFile(folder.path, 6)
  const b = await cast.kubo({ ...DHT_SERVER, 'Gateway.ExposeRoutingAPI': true })
  const a = await cast.serve(join(folder.path, 'a'), path, '--routing', 'lan=server', '--bootstrap', b.address)
  const cid = await findable(a)

  assert.equal(await get(folder.path, cid, '--routing', 'lan', '--bootstrap', b.address), sha256)
  assert.equal(await get(again.path, cid, '--routing', `delegated=${await b.gateway()}`), sha256)
})

test('Kubo as B, the DHT server of a private network', async () => {
  await using folder = await temporaryFolder('finding')
  await using cast = new Cast()
  const { path, sha256 } = await makeFile(folder.path, 10)
  const [key, other] = [join(folder.path, 'key'), join(folder.path, 'other')]
  const swarmKey = formatSwarmKey(generateSwarmKey())
  await writeFile(key, swarmKey)
  await writeFile(other, formatSwarmKey(generateSwarmKey()))
  const b = await cast.kubo(DHT_SERVER, swarmKey)
  const a = await cast.serve(join(folder.path, 'a'), path, '--routing', 'lan=server', '--bootstrap', b.address, '--swarm-key', key)
  const cid = await findable(a)

  assert.equal(await get(folder.path, cid, '--routing', 'lan', '--bootstrap', b.address, '--swarm-key', key), sha256)
  await assert.rejects(bitswap('--repo', join(folder.path, 'd'), 'get', cid, '--routing', 'lan', '--bootstrap', b.address, '--swarm-key', other), /none of 1 bootstrap peers could be reached/)
})

test('Kubo as C: it finds what ours provides, by DHT and by a router of ours', async () => {
  await using folder = await temporaryFolder('finding')
  await using cast = new Cast()
  const { path, sha256 } = await makeFile(folder.path, 7)
  const b = await cast.serve(join(folder.path, 'b'), '--routing', 'lan=server', '--routing-server', '127.0.0.1:0')
  const a = await cast.serve(join(folder.path, 'a'), path, '--routing', 'lan=server', '--bootstrap', b.address)
  const cid = await findable(a)
  const byDht = await cast.kubo({ ...DHT_SERVER, 'Routing.Type': 'dhtclient' })
  const byRouter = await cast.kubo({ 'Routing.Type': 'delegated', 'Routing.DelegatedRouters': [`${b.routingServer}/routing/v1/providers`], 'Provide.Enabled': false })

  await byDht.connect(b.address)
  assert.equal((await byDht.readFiles(cid)).files[0]?.sha256, sha256)
  assert.equal((await byRouter.readFiles(cid)).files[0]?.sha256, sha256)
})

test('Kubo as A and as C by mDNS', async () => {
  await using folder = await temporaryFolder('finding')
  await using cast = new Cast()
  const [ours, theirs] = [await makeFile(folder.path, 8), await makeFile(folder.path, 9)]
  const a = await cast.serve(join(folder.path, 'a'), ours.path, '--routing', 'mdns')
  const kubo = await cast.kubo({ 'Discovery.MDNS.Enabled': true })
  const [cid = ''] = a.cids.values()

  assert.equal(await get(folder.path, await kubo.add(theirs.path), '--routing', 'mdns'), theirs.sha256)
  assert.equal((await kubo.readFiles(cid)).files[0]?.sha256, ours.sha256)
})
