/** Where a command reads bytes from: a file, or standard input. */
import { readPieces } from '../files/file-source.ts'
import type { CommandContext } from './context.ts'

/** The path that means standard input. */
export const STANDARD_INPUT = '-'

/**
 * The bytes at a path, in pieces, until the command is ended.
 *
 * @throws UnreadableInputError
 */
export function openInput ({ input, signal }: CommandContext, path: string): AsyncIterable<Uint8Array> {
  return path === STANDARD_INPUT ? input : readPieces(path, signal)
}
