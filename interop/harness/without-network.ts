/** What is done where there is no network (`without-network.test.ts`). Prints what came of it as one line of JSON. */
import { join } from 'node:path'
import { sha256OfFile, writeRandomFile } from './data.ts'
import { add, bitswapChild, eventsOf } from './ours.ts'

const [folder = ''] = process.argv.slice(2)
const at = (name: string): string => join(folder, name)

await writeRandomFile(at('served'), 1_000_000, 1)
await writeRandomFile(at('added'), 1_000_000, 2)

const added = await add(at('a'), at('added'))
const a = bitswapChild('--repo', at('a'), '--json', 'serve', at('served'))
const ready = await a.line(line => line.startsWith('{"event":"ready"'))
const { addresses } = JSON.parse(ready) as { addresses: string[] }
const served = eventsOf(a.lines.join('\n')).findLast(({ event }) => event === 'added')?.cid
const byAddress = await bitswapChild('--repo', at('c'), 'get', added, '-o', at('got-added'), '--peer', addresses[0] ?? '').exited()
// nobody says where it is: mDNS finds it, over loopback
const found = await bitswapChild('--repo', at('d'), 'get', String(served), '-o', at('got-served')).exited()
const { stderr } = await a.stop('SIGINT')
const errors = [stderr, byAddress.stderr, found.stderr].join('').split('\n').filter(line => line !== '')

console.log(JSON.stringify({
  errors,
  byAddress: byAddress.code === 0 && await sha256OfFile(at('added')) === await sha256OfFile(at('got-added')),
  same: found.code === 0 && await sha256OfFile(at('served')) === await sha256OfFile(at('got-served'))
}))
