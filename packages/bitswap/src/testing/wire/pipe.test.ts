import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pipe } from './pipe.ts'
import { VirtualClock } from '../virtual-clock.ts'

test('what is put in comes out after the latency, in order', async () => {
  const clock = new VirtualClock()
  const pipe = new Pipe(clock, { latency: 10 })
  const arrived: string[] = []

  pipe.send(1, () => { arrived.push(`first at ${clock.now()}`) })
  pipe.send(1, () => { arrived.push(`second at ${clock.now()}`) })
  await clock.advance(5)
  pipe.send(1, () => { arrived.push(`third at ${clock.now()}`) })
  await clock.run()
  assert.deepEqual(arrived, ['first at 10', 'second at 10', 'third at 15'])
})

test('while anybody holds it nothing comes out, and then all that is late', async () => {
  const clock = new VirtualClock()
  const pipe = new Pipe(clock, { latency: 10 })
  const arrived: number[] = []
  const [releaseFirst, releaseSecond] = [pipe.hold(), pipe.hold()]

  pipe.send(1, () => { arrived.push(clock.now()) })
  await clock.advance(20)
  pipe.send(1, () => { arrived.push(clock.now()) })
  releaseFirst()
  releaseFirst()
  await clock.advance(1)
  assert.deepEqual(arrived, [])
  releaseSecond()
  await clock.run()
  assert.deepEqual(arrived, [21, 30])
})

test('a cut loses what is under way and all that follows, and leaves no timer', async () => {
  const clock = new VirtualClock()
  const pipe = new Pipe(clock, { latency: 10 })

  pipe.send(1, () => { assert.fail('it was cut') })
  pipe.cut()
  pipe.send(1, () => { assert.fail('it was cut') })
  assert.equal(clock.pending, 0)
  await clock.run()
})
