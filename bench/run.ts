/**
 * The benchmarks, each against others in the same run, on this machine: compare
 * by ratio. Started by `npm run bench`, which brings the others. Fails when a
 * bound is missed, unless `--quick`.
 *
 *   --rounds N    measurements of each (default 5)
 *   --quick       one small round: shows that it runs, measures nothing
 *   --only NAME   transfer, chain or attack; or message-size, which is run only when it is named
 *   --json        one object per line on standard output, nothing else
 */
import { parseArgs } from 'node:util'
import { attack, attackMisses, attackTable } from './scenarios/attack.ts'
import { chain, chainMisses, chainTable } from './scenarios/chain.ts'
import { messageSize, messageSizeTable } from './scenarios/message-size.ts'
import { transfer, transferMisses, transferTable } from './scenarios/transfer.ts'

const MIB = 1024 * 1024

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'boolean', default: false }
  }
})
const rounds = values.quick ? 1 : Number(values.rounds)

if (!(Number.isSafeInteger(rounds) && rounds > 0)) {
  throw new RangeError(`--rounds must be a whole number from 1, got ${values.rounds}`)
}

/** Each prints its result and returns the bounds it missed. */
const scenarios: Record<string, () => Promise<string[]>> = {
  async transfer () {
    const result = await transfer({ size: (values.quick ? 32 : 256) * MIB, rounds }, say)

    show(result, transferTable)

    return transferMisses(result)
  },

  async chain () {
    const result = await chain({ blocks: values.quick ? 50 : 500, rounds }, say)

    show(result, chainTable)

    return chainMisses(result)
  },

  async attack () {
    const result = await attack({ seconds: values.quick ? 2 : 10, rounds }, say)

    show(result, attackTable)

    return attackMisses(result)
  }
}

/** These choose a default, and have no bounds. */
const onRequest: Record<string, () => Promise<string[]>> = {
  async 'message-size' () {
    show(await messageSize({ size: (values.quick ? 8 : 128) * MIB, rounds }, say), messageSizeTable)

    return []
  }
}

function say (line: string): void {
  if (!values.json) {
    console.error(line)
  }
}

function show<T extends object> (result: T, table: (result: T) => string[]): void {
  console.log(values.json ? JSON.stringify({ node: process.version, ...result }) : table(result).join('\n'))
}

const chosen = values.only == null ? Object.keys(scenarios) : [values.only]

for (const name of chosen) {
  const scenario = scenarios[name] ?? onRequest[name]

  if (scenario == null) {
    throw new RangeError(`--only must be one of ${Object.keys({ ...scenarios, ...onRequest }).join(', ')}, got ${name}`)
  }

  const misses = await scenario()

  if (!values.quick && misses.length > 0) {
    console.error(misses.join('\n'))
    process.exitCode = 1
  }
}
