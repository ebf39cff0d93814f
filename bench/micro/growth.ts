/**
 * What must not grow: each thing is done with little around it and with much, by
 * turns, and may take no more than so many times as long. Fails when one does.
 *
 *   npm run bench:growth -- [--only NAME]
 *
 * Times are of the processor, of the lower quartile: what else the machine does
 * makes some rounds slow and none fast. What is over its limit is measured again,
 * as much as twice: what has really grown is over it each time.
 */
import { parseArgs } from 'node:util'
import { clientGrowth } from './client/growth.ts'
import { timesOf } from './growth/times.ts'
import type { Growth } from './growth/times.ts'
import { messageGrowth } from './message/growth.ts'
import { muxingGrowth } from './muxing/growth.ts'
import { networkGrowth } from './network/growth.ts'
import { serverGrowth } from './server/growth.ts'

const ATTEMPTS = 3

const { values: { only } } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const folders: Record<string, readonly Growth[]> = { message: messageGrowth, client: clientGrowth, server: serverGrowth, network: networkGrowth, muxing: muxingGrowth }

function row (what: string, ...cells: string[]): void {
  console.log([what.padEnd(74), ...cells.map(cell => cell.padStart(18))].join(''))
}

function column (size: string, time: number): string {
  return `${size}: ${time >= 100 ? time.toFixed(0) : time.toPrecision(3)} µs`
}

/** True when it stays within its limit. */
async function check (name: string, growth: Growth): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { small, large } = await timesOf(growth)
    const ratio = large / small

    row(name, column(growth.small, small), column(growth.large, large), ratio.toFixed(2), growth.limit.toString())

    if (ratio <= growth.limit) {
      return true
    }
  }

  return false
}

const missed: string[] = []
let checked = 0

row('what', 'small', 'large', 'ratio', 'limit')

for (const [folder, growths] of Object.entries(folders)) {
  for (const growth of growths) {
    const name = `${folder}: ${growth.what}`

    if (!name.includes(only)) {
      continue
    }

    checked++

    if (!await check(name, growth)) {
      missed.push(`over its limit: ${name}`)
    }
  }
}

if (checked === 0) {
  missed.push(`nothing is called ${only}`)
}

if (missed.length > 0) {
  console.error(`Error: ${missed.join('; ')}`)
  process.exitCode = 1
}
