import assert from 'node:assert/strict'
import { PassThrough, Writable } from 'node:stream'
import { test } from 'node:test'
import { Output } from './output.ts'
import type { OutputStream } from './output.ts'

function streams (): { stdout: PassThrough, stderr: OutputStream & PassThrough, out: () => string, err: () => string } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]

  return { stdout, stderr, out: () => String(stdout.read() ?? ''), err: () => String(stderr.read() ?? '') }
}

test('a result is its text, or its object with JSON', async () => {
  for (const [json, expected] of [[false, 'added a\n'], [true, '{"event":"added","name":"a"}\n']] as const) {
    const { stdout, stderr, out } = streams()
    const output = new Output({ stdout, stderr }, { json })

    await output.print({ event: 'added', name: 'a' }, 'added a')
    assert.equal(out(), expected)
  }
})

test('a result without a text is for JSON only', async () => {
  const { stdout, stderr, out } = streams()

  await new Output({ stdout, stderr }, { json: false }).print({ event: 'done' })
  assert.equal(out(), '')
})

test('warnings and failures go to standard error, one line each', () => {
  for (const [json, expected] of [
    [false, 'Warning: careful\nError: broken\n'],
    [true, '{"event":"warning","message":"careful"}\n{"event":"error","name":"BrokenError","message":"broken"}\n']
  ] as const) {
    const { stdout, stderr, out, err } = streams()
    const output = new Output({ stdout, stderr }, { json })

    output.warn('careful')
    output.fail({ name: 'BrokenError', message: 'broken' })
    assert.equal(err(), expected)
    assert.equal(out(), '')
  }
})

test('a bar is drawn on a terminal only, and makes room for a line', async () => {
  const { stdout, stderr, err } = streams()
  const output = new Output({ stdout, stderr }, { json: false })

  output.startProgress().finish()
  assert.equal(err(), '')

  stderr.isTTY = true
  output.startProgress()
  await output.print({ event: 'added' }, 'added a')
  assert.equal(err(), '\u001b[2K\r')
})

test('with JSON there is no bar even on a terminal', () => {
  const { stdout, stderr, out, err } = streams()
  const output = new Output({ stdout, stderr: Object.assign(stderr, { isTTY: true }) }, { json: true })

  output.startProgress().finish()
  assert.equal(err(), '')
  assert.match(out(), /^\{"event":"progress"/)
})

test('writing waits for a reader that is slow', async () => {
  let release: (() => void) | undefined
  let written = false
  const stdout = new Writable({ write: (_chunk, _encoding, done) => { release = done } })
  const writing = new Output({ stdout, stderr: new PassThrough() }, { json: false }).write(new Uint8Array(10)).then(() => { written = true })

  await new Promise(resolve => { setImmediate(resolve) })
  assert.equal(written, false)
  release?.()
  await writing
})

test('waiting for a reader ends with the command', async () => {
  const ending = new AbortController()
  const reason = new Error('interrupted')
  const stdout = new Writable({ write: () => undefined })
  const output = new Output({ stdout, stderr: new PassThrough() }, { json: false, signal: ending.signal })
  const writing = output.write('a')

  ending.abort(reason)
  await assert.rejects(writing, error => error === reason)
  await assert.rejects(output.write('b'), error => error === reason)
})

test('a reader that has gone is told apart from other failures', async () => {
  for (const [code, name] of [['EPIPE', 'ReaderGoneError'], ['ECONNRESET', 'ReaderGoneError'], ['ENOSPC', 'DiskFullError'], ['EIO', 'Error']] as const) {
    const stdout = new Writable({ write: (_chunk, _encoding, done) => { done(Object.assign(new Error(code), { code })) } })

    stdout.on('error', () => undefined)
    await assert.rejects(new Output({ stdout, stderr: new PassThrough() }, { json: false }).write('a'), { name })
  }
})
