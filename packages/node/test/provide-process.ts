/**
 * A process that announces what its repo has kept, to a router that writes down
 * each in a file:
 *
 *   node provide-process.ts REPO FILE COUNT
 *
 * It queues COUNT CIDs at first and then says `kept`, and ends when nothing is
 * queued any more.
 */
import { createHash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createBitswap } from 'ts-bitswap'
import { createHost } from '../src/node/libp2p-host.ts'
import { resolveNodeOptions } from '../src/node/options.ts'
import { openRepo } from '../src/store/repo.ts'
import { RepoProvides } from '../src/store/repo-provides.ts'
import { cidOf } from './provided-cids.ts'

const [path = '', file = '', count = '0'] = process.argv.slice(2)
const repo = await openRepo(path)
const libp2p = await createHost(repo.privateKey, resolveNodeOptions({}), { found: () => {} })
const written = openSync(file, 'a')

const bitswap = createBitswap({
  libp2p,
  blockstore: repo.blockstore,
  routing: {
    provide: async cid => {
      await new Promise(resolve => { setImmediate(resolve) })
      writeSync(written, `${createHash('sha1').update(cid.multihash.bytes).digest('hex')}\n`)
    }
  }
}, { providing: { strategy: 'roots', store: new RepoProvides(repo.datastore) } })

await libp2p.start()
await bitswap.start()

if (Number(count) > 0) {
  await bitswap.provide(Array.from({ length: Number(count) }, (_, i) => cidOf(i)))
}

process.stdout.write('kept\n')

// what the store has is loaded bit by bit: at the end nothing is queued for a while
for (let idle = 0; idle < 10; idle++) {
  await delay(50)

  const { queued, inFlight } = bitswap.stat().providing

  idle = queued + inFlight > 0 ? 0 : idle
}

await bitswap.stop()
await libp2p.stop()
await repo.close()
