/** What stands beside the suite and runs only when it is named: it asks questions of another kind. */
import { attack, attackMisses, attackTable } from './attack.ts'
import { messageSize, messageSizeTable } from './message-size.ts'

const MIB = 1_048_576

export const Apart = { Attack: 'attack', MessageSize: 'message-size' } as const
export type Apart = typeof Apart[keyof typeof Apart]

export interface ApartResult {
  result: object
  table: string[]
  /** The bounds it missed, in words. */
  misses: string[]
}

export async function runApart (name: Apart, { quick, rounds }: { quick: boolean, rounds: number }, say: (line: string) => void): Promise<ApartResult> {
  switch (name) {
    case Apart.Attack: {
      const result = await attack({ seconds: quick ? 2 : 10, rounds }, say)

      return { result, table: attackTable(result), misses: attackMisses(result) }
    }
    case Apart.MessageSize: {
      const result = await messageSize({ size: (quick ? 8 : 128) * MIB, rounds }, say)

      return { result, table: messageSizeTable(result), misses: [] }
    }
  }
}
