import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Downlink, Uplink } from './access.ts'
import { Pipe } from './pipe.ts'
import type { PipeInit } from './pipe.ts'
import { VirtualClock } from '../virtual-clock.ts'

/** What came out of pipes, and when. */
class Exit {
  readonly clock: VirtualClock = new VirtualClock()
  readonly came: Array<[string, number]> = []

  pipe (init: Partial<PipeInit> = {}): Pipe {
    return new Pipe(this.clock, { latency: 0, ...init })
  }

  send (pipe: Pipe, name: string, size: number): void {
    pipe.send(size, () => { this.came.push([name, Math.round(this.clock.now())]) })
  }
}

test('a connection of a rate carries no more than that, and signals behind it', async () => {
  const exit = new Exit()
  const pipe = exit.pipe({ latency: 10, rate: 1_000_000 })
  exit.send(pipe, 'first', 5_000)
  exit.send(pipe, 'second', 10_000)
  exit.send(pipe, 'signal', 0)
  await exit.clock.run()
  assert.deepEqual(exit.came, [['first', 15], ['second', 25], ['signal', 25]])
})

test('connections take turns at the uplink of their node', async () => {
  const exit = new Exit()
  const uplink = new Uplink(exit.clock, 1_000_000)
  const [a, b] = [exit.pipe({ uplink }), exit.pipe({ uplink })]

  for (let i = 0; i < 3; i++) {
    exit.send(a, `a${i}`, 1_000) // the first is on its way before the others are there
  }

  exit.send(b, 'b0', 1_000)
  await exit.clock.run()
  assert.deepEqual(exit.came, [['a0', 1], ['a1', 2], ['b0', 3], ['a2', 4]])
})

test('a slow connection leaves the uplink to the others', async () => {
  const exit = new Exit()
  const uplink = new Uplink(exit.clock, 1_000_000)
  const [slow, fast] = [exit.pipe({ uplink, rate: 100_000 }), exit.pipe({ uplink })]

  exit.send(slow, 's0', 1_000)
  exit.send(slow, 's1', 1_000)

  for (let i = 0; i < 5; i++) {
    exit.send(fast, `f${i}`, 1_000)
  }

  await exit.clock.run()
  assert.deepEqual(exit.came.filter(([name]) => name.startsWith('f')).map(([, at]) => at), [2, 3, 4, 5, 6])
  assert.deepEqual(exit.came.filter(([name]) => name.startsWith('s')).map(([, at]) => at), [10, 20])
})

test('all that comes to a node shares its downlink', async () => {
  const exit = new Exit()
  const downlink = new Downlink(1_000_000)
  const [a, b] = [exit.pipe({ downlink }), exit.pipe({ downlink, latency: 1 })]

  exit.send(a, 'a0', 2_000)
  exit.send(a, 'signal', 0)
  exit.send(b, 'b0', 2_000)
  await exit.clock.run()
  assert.deepEqual(exit.came, [['a0', 2], ['signal', 2], ['b0', 4]])
})

test('who waits for room is asked in turns, and no more than fits is taken', async () => {
  const exit = new Exit()
  const pipe = exit.pipe({ rate: 1_000_000 })
  const left = new Map([['a', 5], ['b', 2]])
  let most = 0

  for (const name of left.keys()) {
    const sender = {
      sendSegment: (): boolean => {
        const segments = (left.get(name) ?? 0) - 1
        left.set(name, segments)
        exit.send(pipe, name, 30_000)
        most = Math.max(most, pipe.inFlight)

        return segments > 0
      }
    }

    pipe.wait(sender)
    pipe.wait(sender)
  }

  exit.send(pipe, 'start', 70_000)
  assert.equal(pipe.hasRoom, false)
  await exit.clock.run()
  assert.deepEqual(exit.came.map(([name]) => name), ['start', 'a', 'b', 'a', 'b', 'a', 'a', 'a'])
  assert.ok(most <= 5)
})

test('jitter makes nothing overtake', async () => {
  const exit = new Exit()
  const jitters = [30, 0, 10]
  const pipe = exit.pipe({ latency: 5, jitter: () => jitters.shift() ?? 0 })
  exit.send(pipe, 'first', 1)
  exit.send(pipe, 'second', 1)
  await exit.clock.advance(28)
  exit.send(pipe, 'third', 1)
  await exit.clock.run()
  assert.deepEqual(exit.came, [['first', 35], ['second', 35], ['third', 43]])
})

test('segments are as short as the slowest part asks for', () => {
  const clock = new VirtualClock()
  assert.equal(new Pipe(clock, { latency: 0 }).segmentSize, Infinity)
  assert.equal(new Pipe(clock, { latency: 0, rate: 1_000_000 }).segmentSize, 4_000)
  assert.equal(new Pipe(clock, { latency: 0, rate: 1_000_000, uplink: new Uplink(clock, 500_000) }).segmentSize, 2_000)
  assert.equal(new Pipe(clock, { latency: 0, downlink: new Downlink(1_000) }).segmentSize, 1_460)
})

test('however many wait for the uplink, it carries no more than it may, and goes no deeper for each', async () => {
  const clock = new VirtualClock()
  const uplink = new Uplink(clock, 1_000_000)
  let carried = 0

  for (let i = 0; i < 5000; i++) {
    const pipe = new Pipe(clock, { latency: 10, uplink })
    let left = 3
    const sender = {
      sendSegment: (): boolean => {
        pipe.send(1000, () => { carried += 1000 })

        return --left > 0
      }
    }

    // a full socket, so that the sender is asked in the middle of the turns of others
    pipe.send(70_000, () => { carried += 70_000 })
    pipe.wait(sender)
  }

  await clock.advance(1010)
  assert.ok(carried <= 1_000_000 + 70_000, `${carried} bytes in a second`)
  assert.ok(carried >= 930_000, `${carried} bytes in a second`)
})

test('a segment that is held at the downlink is charged once', async () => {
  const exit = new Exit()
  const pipe = exit.pipe({ downlink: new Downlink(1000) })
  exit.send(pipe, 'slow', 1000)

  for (let i = 0; i < 10; i++) {
    await exit.clock.advance(50)
    pipe.hold()()
  }

  await exit.clock.run()
  assert.deepEqual(exit.came, [['slow', 1000]])
})
