import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonProgress, LineProgress, ProgressBar } from './progress.ts'

const MIB = 1_048_576

/** A terminal that keeps what is written, and a clock that stands until it is moved. */
class Terminal {
  readonly written: string[] = []
  columns = 80
  time = 0

  readonly now = (): number => this.time

  write (text: string): void {
    this.written.push(text)
  }

  /** The line as it stands. */
  get line (): string {
    return this.written.at(-1)?.split('\r').at(-1) ?? ''
  }
}

test('a bar shows bytes, speed, percent and time left, in the width of the terminal', () => {
  const terminal = new Terminal()
  const bar = new ProgressBar(terminal, terminal.now)

  bar.expect(16 * MIB)
  terminal.time = 1_000
  bar.add(4 * MIB)

  assert.equal(terminal.line, '4.00 MiB / 16.00 MiB [------->_______________________] 4.00 MiB/s 25.00% ETA 3s')
  assert.equal(terminal.line.length, 79)
})

test('the last line has the time it took, and the line ends', () => {
  const terminal = new Terminal()
  const bar = new ProgressBar(terminal, terminal.now)

  bar.expect(16 * MIB)
  terminal.time = 100
  bar.add(16 * MIB)
  bar.finish()

  assert.match(terminal.line, /^16\.00 MiB \/ 16\.00 MiB \[-+\] 160\.00 MiB\/s 100\.00% 100ms\n$/)
})

test('a bar is drawn over itself, and not more often than can be seen', () => {
  const terminal = new Terminal()
  const bar = new ProgressBar(terminal, terminal.now)

  bar.expect(10)

  for (terminal.time = 1; terminal.time <= 1_000; terminal.time++) {
    bar.add(0)
  }

  assert.equal(terminal.written.length, 5)
  assert.ok(terminal.written.every(text => text.startsWith('\u001b[2K\r')))
})

test('without a total there is no bar, and a speed that is not known is not made up', () => {
  const terminal = new Terminal()
  const bar = new ProgressBar(terminal, terminal.now)

  terminal.time = 200
  bar.add(0)

  assert.equal(terminal.line, '0 B ?/s 200ms')
})

test('nothing at all is all of it', () => {
  const terminal = new Terminal()
  const bar = new ProgressBar(terminal, terminal.now)

  bar.expect(0)
  bar.finish()

  assert.match(terminal.line, /^0 B \/ 0 B \[-+\] \?\/s 100\.00% 0ms\n$/)
})

test('a narrow terminal still gets a line', () => {
  const terminal = new Terminal()
  const bar = new ProgressBar(terminal, terminal.now)

  terminal.columns = 10
  bar.expect(10)
  terminal.time = 200
  bar.add(5)

  assert.match(terminal.line, /\[->__\]/)
})

test('with JSON every drawing is one object in one line', () => {
  const terminal = new Terminal()
  const progress = new JsonProgress(line => { terminal.write(line) }, terminal.now)

  terminal.time = 200
  progress.add(5)
  terminal.time = 250
  progress.expect(10)
  progress.add(5)
  progress.finish()

  assert.deepEqual(terminal.written, [
    '{"event":"progress","bytes":5,"total":null}\n',
    '{"event":"progress","bytes":10,"total":10}\n'
  ])
})

test('lines come at every quarter, and once each', () => {
  const lines: string[] = []
  const progress = new LineProgress(line => { lines.push(line) })

  progress.expect(8)
  Array.from({ length: 8 }, () => 1).forEach(bytes => { progress.add(bytes) })

  assert.deepEqual(lines, ['2 B / 8 B 25%', '4 B / 8 B 50%', '6 B / 8 B 75%', '8 B / 8 B 100%'])
})
