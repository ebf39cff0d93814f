/** What V8 is told to do otherwise in a process that moves blocks. */
import { tuneCollector } from './collector.ts'
import { lowerHelperThreads } from './helper-threads.ts'

/**
 * Tells V8, for the whole process and for good, to collect less and sooner where
 * most of the memory is bytes, and to compile and collect behind the program, not
 * in its place: blocks of 256 KiB go up to half as fast again then, with less
 * memory, and the first byte of a file comes sooner; programs of very many small
 * objects get slower. To be called first of all. The `bitswap` command does; a
 * library should not, so nothing else here does.
 */
export function tuneV8 (): void {
  tuneCollector()
  lowerHelperThreads()
}
