import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NodeClock } from './node-clock.ts'
import { VirtualClock } from '../virtual-clock.ts'

function setUp (): { base: VirtualClock, clock: NodeClock, heard: string[], timer: (delay: number) => () => void } {
  const base = new VirtualClock()
  const heard: string[] = []
  const clock = new NodeClock(base, () => { heard.push('step') })

  return { base, clock, heard, timer: delay => clock.timer(delay, () => { heard.push(`${delay} at ${clock.now()}`) }) }
}

test('it goes as the network goes, and says before each callback that something runs', async () => {
  const { base, clock, heard, timer } = setUp()
  timer(10)
  timer(20)()
  clock.soon(() => { heard.push('soon') })
  clock.soon(() => { heard.push('never') })()
  assert.equal(clock.pending, 2)
  await base.run()
  assert.deepEqual(heard, ['step', 'soon', 'step', '10 at 10'])
  assert.equal(clock.pending, 0)
})

test('when it jumps, what came due meanwhile runs at once, and the rest sooner', async () => {
  const { base, clock, heard, timer } = setUp()
  timer(10)
  timer(100)
  await base.advance(5)
  clock.jump(50)
  assert.equal(clock.now(), 55)
  await base.advance(0)
  assert.deepEqual(heard, ['step', '10 at 55'])
  await base.run()
  assert.equal(base.now(), 50)
  assert.deepEqual(heard.slice(2), ['step', '100 at 100'])
})

test('while it stands still nothing runs and no time passes; then it is right again', async () => {
  const { base, clock, heard, timer } = setUp()
  timer(10)
  await base.advance(5)
  const resume = clock.stop()
  clock.soon(() => { heard.push('soon') })
  timer(3)
  await base.advance(100)
  assert.equal(clock.now(), 5)
  assert.deepEqual(heard, [])
  clock.stop()()
  assert.equal(clock.now(), 5)
  resume()
  resume()
  assert.equal(clock.now(), 105)
  await base.run()
  assert.deepEqual(heard.filter(what => what !== 'step'), ['3 at 105', '10 at 105', 'soon'])
})

test('once it has ended nothing runs any more', async () => {
  const { base, clock, heard, timer } = setUp()
  timer(10)
  clock.soon(() => { heard.push('soon') })
  clock.end()
  timer(1)()
  clock.soon(() => { heard.push('late') })
  await base.run()
  assert.equal(base.now(), 0)
  assert.deepEqual(heard, [])
  assert.equal(clock.pending, 0)
})
