import assert from 'node:assert/strict'
import { playAllTalk, randomBlocks, VirtualNetwork } from 'ts-bitswap/testing'

const net = new VirtualNetwork({ latency: 20 })
const [alice, bob] = await net.instances(2)
const liar = await net.rawPeer({ name: 'liar' })
const [block] = await randomBlocks(1)

playAllTalk(liar) // says HAVE to whatever is wanted, and sends nothing
net.connect(alice, liar)
bob.hold(block)

assert.deepEqual(await net.run(alice.bitswap.getBlock(block.cid)), block.bytes)
assert.ok(liar.words.includes(`have ${block.cid}`)) // what it was told, in short

await net.run(liar.send(alice, { blocks: [block] })) // unasked
await net.advance(1000)
assert.equal(alice.bitswap.stat().dupBlksReceived, 1)
