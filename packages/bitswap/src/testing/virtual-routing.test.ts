import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CID } from 'multiformats/cid'
import { SeededRandom } from '../core/random.ts'
import { randomCid } from './random-blocks.ts'
import { VirtualNetwork } from './virtual-network.ts'
import type { VirtualNode } from './wire/virtual-node.ts'
import { ProvideFault, RoutingFault } from './virtual-routing.ts'
import type { VirtualRouting } from './virtual-routing.ts'

const random = new SeededRandom(1)

interface Setup {
  net: VirtualNetwork
  routing: VirtualRouting
  nodes: VirtualNode[]
  cid: CID
  /** Names of those that are found, as node 0 asks, and when. */
  find: (signal?: AbortSignal) => Promise<Array<[string, number]>>
}

/** Nodes 1 and 2 have it. */
function setUp (init: { delay?: number, interval?: number } = {}): Setup {
  const net = new VirtualNetwork()
  const routing = net.routing(init)
  const nodes = Array.from({ length: 4 }, (_, i) => net.createNode({ name: `n${i}` }))
  const cid = randomCid(random)
  routing.add(cid, ...nodes.slice(1, 3))

  return {
    net,
    routing,
    nodes,
    cid,
    find: async signal => {
      const found: Array<[string, number]> = []

      for await (const { id } of routing.of(nodes[0] as VirtualNode).findProviders(cid, signal == null ? {} : { signal })) {
        found.push([nodes.find(({ self }) => self.equals(id))?.name ?? 'nobody', net.clock.now()])

        if (found.length === 100) {
          break
        }
      }

      return found
    }
  }
}

test('those who have it are named, one after the other, in the time it takes', async () => {
  const { net, routing, nodes, cid, find } = setUp({ delay: 600, interval: 10 })
  assert.deepEqual(await net.run(find()), [['n1', 600], ['n2', 610]])
  routing.forget(cid, nodes[1])
  assert.deepEqual((await net.run(find())).map(([name]) => name), ['n2'])
  routing.forget(cid)
  assert.deepEqual(await net.run(find()), [])
  assert.deepEqual(routing.calls, { begun: 3, running: 0 })
})

test('whoever asks is not named, and what it provides is found by others', async () => {
  const { net, routing, nodes, cid, find } = setUp()
  await routing.of(nodes[0] as VirtualNode).provide(cid)
  await routing.of(nodes[3] as VirtualNode).provide(cid)
  assert.deepEqual((await net.run(find())).map(([name]) => name), ['n1', 'n2', 'n3'])
})

test('a router that fails says so, one that is dead says nothing until it is no longer asked', async () => {
  const { net, routing, find } = setUp()
  routing.fault = RoutingFault.Failing
  await assert.rejects(find(), { message: 'the router has failed' })
  routing.fault = RoutingFault.Dead
  const controller = new AbortController()
  const found = assert.rejects(find(controller.signal), { message: 'enough' })
  await net.advance(100_000)
  assert.equal(routing.calls.running, 1)
  controller.abort(new Error('enough'))
  await found
  assert.equal(routing.calls.running, 0)
})

test('routers that lie name the wrong ones, the asker, or nobody that can be reached', async () => {
  const { net, routing, nodes, find } = setUp()
  const names = async (fault: RoutingFault): Promise<string[]> => {
    routing.fault = fault

    return (await net.run(find())).map(([name]) => name)
  }

  routing.add(randomCid(random), nodes[3] as VirtualNode)
  assert.deepEqual(await names(RoutingFault.Wrong), ['n3'])
  assert.deepEqual(await names(RoutingFault.Self), ['n0'])
  assert.deepEqual(await names(RoutingFault.Unreachable), ['nobody', 'nobody', 'nobody', 'n1', 'n2'])
  assert.deepEqual(await names(RoutingFault.Endless), Array.from({ length: 100 }, () => 'nobody'))
})

test('an aborted look-up ends where it is', async () => {
  const { net, find } = setUp({ delay: 100 })
  const controller = new AbortController()
  const found = assert.rejects(find(controller.signal), { message: 'enough' })
  await net.advance(50)
  controller.abort(new Error('enough'))
  await found
  assert.equal(net.clock.pending, 0)
})

test('what is provided is noted, when it is done; it takes its time, fails, or does not end, as it is told to', async () => {
  const { net, routing, nodes, cid } = setUp()
  const node = nodes[0] as VirtualNode
  const { provide } = routing.of(node)
  routing.provideDelay = 50
  const provided = provide(cid)
  await net.advance(49)
  assert.deepEqual([routing.provided.length, routing.provides.running], [0, 1])
  await net.run(provided)
  assert.deepEqual(routing.provided, [{ cid, by: node.self, at: 50 }])

  routing.provideFault = ProvideFault.Failing
  await net.run(assert.rejects(provide(cid), { message: 'the router has failed' }))
  const other = randomCid(random)
  routing.provideFault = asked => asked.equals(other) ? ProvideFault.Dead : undefined
  const controller = new AbortController()
  const outcomes: string[] = []
  provide(other, { signal: controller.signal }).then(() => outcomes.push('done'), () => outcomes.push('failed'))
  controller.abort()
  await net.run(provide(cid))
  await net.advance(1_000_000)
  assert.deepEqual(outcomes, [])
  assert.deepEqual(routing.provides, { begun: 4, running: 1, most: 2 })
})

test('one that provides heeds its signal', async () => {
  const { net, routing, nodes, cid } = setUp()
  const { provide } = routing.of(nodes[0] as VirtualNode)
  const controller = new AbortController()
  routing.provideDelay = 50
  const ended = assert.rejects(provide(cid, { signal: controller.signal }), { message: 'enough' })
  controller.abort(new Error('enough'))
  await ended
  assert.deepEqual([routing.provided.length, net.clock.pending], [0, 0])
})
