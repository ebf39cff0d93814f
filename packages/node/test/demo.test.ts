/** `demo` as a newcomer runs it: it works, and leaves nothing. */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { test } from 'node:test'
import { COMMAND, run, RunningCommand } from './command.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Whether something accepts connections there. */
async function accepts (port: number): Promise<boolean> {
  return await new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')

    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => { resolve(false) })
  })
}

function portOf (text: string): number {
  return Number(/\/ip4\/127\.0\.0\.1\/tcp\/(\d+)/.exec(text)?.[1])
}

test('it fetches a file from two seeds, says so, and leaves nothing', async t => {
  const TMPDIR = await temporaryFolder(t)
  const { code, stdout, stderr } = await run(t, ['demo', '--size', '4MiB'], { env: { ...process.env, TMPDIR } })

  assert.equal(code, 0)
  assert.match(stdout, /^Made a file of 4\.00 MiB\nSeed 1 is \/ip4.*\nSeed 2 is \/ip4.*\nA third node fetches Qm\w+ from 2 seeds over TCP\nSaving file\(s\) to .*\n/)
  assert.match(stdout, /SHA-256 of what was sent and of what came: [0-9a-f]{64}, the same\n4\.00 MiB in [\d.]+ s: \d+ MB\/s, 17 blocks, \d+ duplicates, \d+ messages sent, \d+ received\n$/)
  assert.match(stderr, /^1\.\d+ MiB \/ 4\.00 MiB 25%\n[^]*4\.00 MiB \/ 4\.00 MiB 100%\n$/)
  assert.deepEqual(await readdir(TMPDIR), [])
  assert.equal(await accepts(portOf(stdout)), false)
})

test('with JSON every line is an object, and the last has the numbers', async t => {
  const { code, stdout, stderr } = await run(t, ['--json', 'demo', '--size', '300KiB', '--seeds', '1'])
  const events = stdout.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>)
  const { event, bytes, blocks, verified } = events.at(-1) ?? {}

  assert.deepEqual([code, stderr], [0, ''])
  assert.deepEqual({ event, bytes, blocks, verified }, { event: 'done', bytes: 307_200, blocks: 3, verified: true })
  assert.deepEqual(events.map(({ event }) => event).filter(name => name !== 'progress'), ['file', 'seed', 'fetching', 'saving', 'done'])
})

test('it leaves nothing when it is ended in the middle', async t => {
  const TMPDIR = await temporaryFolder(t)
  const demo = new RunningCommand(t, ['demo', '--size', '64MiB'], { env: { ...process.env, TMPDIR } })
  const [seed] = await demo.output(/Seed 1 is .*\n/)

  demo.child.kill('SIGINT')
  const { code, stderr } = await demo.finished()

  assert.equal(code, 1)
  assert.match(stderr, /Error: interrupted \(SIGINT\)\n$/)
  assert.deepEqual(await readdir(TMPDIR), [])
  assert.equal(await accepts(portOf(seed)), false)
})

test('it leaves nothing when it fails', async t => {
  const TMPDIR = await temporaryFolder(t)
  // files end at 1 MiB: neither the file nor its blocks find room
  const command = ['sh', '-c', 'ulimit -f 2048; exec "$@"', 'sh', ...COMMAND]
  const { code, stderr } = await run(t, ['demo', '--size', '4MiB'], { command, env: { ...process.env, TMPDIR } })

  assert.equal(code, 1)
  assert.match(stderr, /^Error: .*\n$/)
  assert.deepEqual(await readdir(TMPDIR), [])
})

test('its seeds end with it even when it is killed', async t => {
  const TMPDIR = await temporaryFolder(t)
  const demo = new RunningCommand(t, ['demo', '--size', '64MiB'], { env: { ...process.env, TMPDIR } })
  const port = portOf((await demo.output(/Seed 1 is .*\n/))[0])

  demo.child.kill('SIGKILL')
  await demo.finished()

  // comes back when the seed has gone; the test runner ends a test in which it never does
  while (await accepts(port)) {
    await new Promise(resolve => { setImmediate(resolve) })
  }
})
