/**
 * The threads on which V8 compiles and collects beside the one that runs the
 * program. Linux has a thread that was woken run at once, in place of whoever
 * woke it, also when another processor is idle: whoever sends a block waits up to
 * some milliseconds for the code it calls to be compiled.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/** What Node calls them, from version 24 on. */
const NAME = 'V8Worker'

/**
 * So much nicer than the program they are, as for `nice`. With 19 they get too
 * little where there are more processes than processors
 * (`docs/decisions/0009-helpers-give-way.md`).
 */
export const NICER = 10

/** As nice as can be. */
const NICEST = 19

const TASKS = '/proc/self/task'

/**
 * Has them give way to the program, for good. Does nothing where threads have no
 * names or no priorities: anywhere but on Linux, and before Node 24.
 *
 * @returns how many there are
 */
export function lowerHelperThreads (): number {
  if (process.platform !== 'linux') {
    return 0
  }

  const niceness = Math.min(NICEST, getPriority() + NICER)

  return helperThreads().filter(id => lower(id, niceness)).length
}

/** False where that is not allowed, as in a sandbox: all is as before then. */
function lower (id: number, niceness: number): boolean {
  try {
    setPriority(id, niceness)

    return true
  } catch {
    return false
  }
}

function helperThreads (): number[] {
  try {
    return readdirSync(TASKS).filter(id => readFileSync(`${TASKS}/${id}/comm`, 'utf8').trim() === NAME).map(Number)
  } catch {
    return [] // no such folder, in a sandbox
  }
}
