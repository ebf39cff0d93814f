/**
 * Those that failed, and wait until they are tried again: twice as long each
 * time, up to a bound. All that failed equally often wait equally long, so the
 * first of each line is due first. Pure.
 */
import { EntryList } from './entry-list.ts'
import type { ProvidingOptions } from './options.ts'
import type { ProvideEntry, Setbacks } from './provide-entry.ts'

export class RestingEntries {
  readonly #options: Pick<ProvidingOptions, 'retryDelay' | 'maxRetryDelay'>
  /** By how often they failed; those that wait longest are in one line. */
  readonly #lines: EntryList[] = []

  constructor (options: Pick<ProvidingOptions, 'retryDelay' | 'maxRetryDelay'>) {
    this.#options = options
  }

  get size (): number {
    return this.#lines.reduce((sum, line) => sum + line.size, 0)
  }

  /** When the first is due; undefined when there is none. */
  get nextAt (): number | undefined {
    const due = this.#lines.flatMap(({ first }) => first?.setbacks == null ? [] : [first.setbacks.dueAt])

    return due.length === 0 ? undefined : Math.min(...due)
  }

  /** It failed now. */
  add (entry: ProvideEntry, setbacks: Omit<Setbacks, 'dueAt'>, now: number): void {
    const { retryDelay, maxRetryDelay } = this.#options
    let delay = retryDelay
    let at = 0

    while (at < setbacks.tries - 1 && delay < maxRetryDelay) {
      delay *= 2
      at++
    }

    const line = this.#lines[at] ?? new EntryList()

    this.#lines[at] = line
    entry.setbacks = { ...setbacks, dueAt: now + Math.min(delay, maxRetryDelay) }
    line.push(entry)
  }

  /** One whose time has come, still in its line: to be taken out of it. */
  due (now: number): ProvideEntry | undefined {
    return this.#lines.find(({ first }) => (first?.setbacks?.dueAt ?? Infinity) <= now)?.first
  }
}
