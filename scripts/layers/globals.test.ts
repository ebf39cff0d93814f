import assert from 'node:assert/strict'
import test from 'node:test'
import { parseSource } from '../source/source.ts'
import { forbiddenGlobals } from './globals.ts'

function found (path: string, text: string): string[] {
  return forbiddenGlobals(parseSource(path, text)).map(({ line, message }) => `${line} ${message.split(/:? /)[0]}`)
}

const CLIENT = 'packages/bitswap/src/client/session.ts'
const NETWORK = 'packages/bitswap/src/network/inbound.ts'

test('clocks, timers and chance are found however they are reached', () => {
  const cases = [
    'new Date()',
    'Date.now()',
    'performance.now()',
    'setTimeout(() => {}, 1)',
    'globalThis.setTimeout(() => {}, 1)',
    'setInterval(tick, 1)',
    'setImmediate(tick)',
    'queueMicrotask(tick)',
    'AbortSignal.timeout(5)',
    "Math['random']()",
    'globalThis.Math.random()',
    'crypto.getRandomValues(bytes)',
    'const later = setTimeout',
    'const { now } = Date',
    'process.hrtime()',
    'Buffer.from(bytes)'
  ]

  for (const code of cases) {
    assert.equal(found(NETWORK, `\n${code}`).length, 1, code)
    assert.match(found(NETWORK, `\n${code}`)[0] ?? '', /^2 /, code)
  }
})

test('names that only look like globals are left alone', () => {
  const code = `
    interface Host { performance: { now (): number }, setTimeout (callback: () => void): void }
    const moment = host.performance.now()
    const fields = { Date: 1, process: 2 }
    class Queue { process (): void {} }
    let when: Date | undefined
  `

  assert.deepEqual(found(NETWORK, code), [])
})

test('arithmetic that differs between engines is found where things are decided', () => {
  const code = 'Math.pow(2, 3)\n2 ** 3\nx **= 2\nMath.log2(8)\nMath.sqrt(4)\nMath.max(1, 2)'

  assert.deepEqual(found(CLIENT, code), ['1 Math.pow', '2 **', '3 **', '4 Math.log2'])
  assert.deepEqual(found(NETWORK, code), [])
})

test('the clock itself, and everything outside the library, may ask the machine', () => {
  const code = 'setTimeout(Date.now, Math.random())'

  assert.deepEqual(found('packages/bitswap/src/core/clock.ts', code), [])
  assert.deepEqual(found('packages/node/src/cli/main.ts', code), [])
  assert.equal(found('packages/bitswap/src/core/heap.ts', code).length, 3)
})

test('a test may use what Node has, but neither time nor chance', () => {
  const code = 'Buffer.from(bytes)\nsetImmediate(resolve)\nsetTimeout(resolve, 10)\nMath.random()'

  assert.deepEqual(found('packages/bitswap/src/network/inbound.test.ts', code), ['3 setTimeout', '4 Math.random'])
})
