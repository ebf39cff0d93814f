import type { Output } from './output.ts'

/** What every command is given beside its own arguments. */
export interface CommandContext {
  /** The folder of the repo. */
  readonly repo: string
  readonly output: Output
  /** Aborts when the user ends the command. */
  readonly signal: AbortSignal
  readonly input: AsyncIterable<Uint8Array>
  /** Program and first arguments that start this command anew; for `demo`. */
  readonly self: readonly string[]
}
