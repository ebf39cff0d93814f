/**
 * Runs the same scenarios on this version of Node and on the oldest that is
 * supported, and compares what went over their wires, byte for byte. The other
 * Node comes from the package registry when it is needed.
 *
 *   npm run test:replay
 */
import { fileURLToPath } from 'node:url'
import { run } from './command.ts'

const SCRIPT = fileURLToPath(new URL('../packages/bitswap/test/replay/hashes.ts', import.meta.url))
const SOURCE = '--conditions=ts-bitswap:source'
const OTHER = 'node@22'

/** A program that prints the hashes, and says which Node it is. */
async function hashesOf (command: string, args: string[]): Promise<Record<string, string>> {
  const { version } = await readJSON<{ version: string }>(command, [...args, '-p', 'JSON.stringify({ version: process.version })'])
  const hashes = await readJSON<Record<string, string>>(command, [...args, SOURCE, SCRIPT])

  return { version, ...hashes }
}

async function readJSON<T> (command: string, args: string[]): Promise<T> {
  const output = await run(command, args, { capture: true })

  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as T
}

const { version: here, ...ours } = await hashesOf(process.execPath, [])
const { version: there, ...theirs } = await hashesOf('npx', ['-y', '-p', OTHER, 'node'])
const differing = Object.keys(ours).filter(name => ours[name] !== theirs[name])

for (const [name, hash] of Object.entries(ours)) {
  console.log(`${differing.includes(name) ? '✖' : '✔'} ${name.padEnd(22)} ${hash}${differing.includes(name) ? ` is ${theirs[name]} there` : ''}`)
}

if (differing.length > 0) {
  console.error(`Error: ${differing.length} runs differ between Node ${here} and ${there}`)
  process.exitCode = 1
} else {
  console.log(`${Object.keys(ours).length} runs are the same on Node ${here} and ${there}`)
}
