/**
 * One question to several routers at once: what any of them names is handed on
 * as it comes, one from each in turn, and no more than a few of one while another
 * has not answered, so that whoever names thousands crowds out nobody.
 *
 * By hand rather than as a generator: whose `return` would wait for the slowest
 * router.
 */
import type { CID } from 'multiformats/cid'
import type { Cancel } from '../core/clock.ts'
import { detach } from '../core/detach.ts'
import type { AskedRouter } from './asked-router.ts'
import { LookUpFailedError } from './errors.ts'
import { LookUp } from './look-up.ts'
import type { LookUpComponents } from './look-up.ts'
import { SeenProviders } from './named-provider.ts'
import type { RoutersOptions } from './options.ts'
import type { NamedProvider } from './router.ts'

export type Pace = Pick<RoutersOptions, 'maxAhead' | 'paceDelay'>

export interface LookUpsComponents extends Omit<LookUpComponents, 'changed'> {
  pace: Pace
}

/** A look-up, and how many of its providers were handed on. */
interface Line {
  lookUp: LookUp
  handed: number
}

interface Waiting {
  resolve (result: IteratorResult<NamedProvider, undefined>): void
  reject (error: unknown): void
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

export class LookUps implements AsyncIterableIterator<NamedProvider, undefined> {
  readonly #cid: CID
  readonly #components: LookUpsComponents
  readonly #startedAt: number
  readonly #lines: Line[] = []
  /** Of those that were not asked. */
  readonly #reasons: Map<string, Error> = new Map()
  readonly #seen: SeenProviders = new SeenProviders()
  readonly #abort: AbortController = new AbortController()
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: () => void
  readonly #waiting: Waiting[] = []
  /** Whose turn it is. */
  #turn = 0
  #cancelTimer: Cancel | undefined
  #named = false
  #over = false
  /** What it ended with, until somebody was told. */
  #error: unknown

  constructor (cid: CID, routers: readonly AskedRouter[], components: LookUpsComponents, signal: AbortSignal | undefined) {
    this.#cid = cid
    this.#components = components
    this.#startedAt = components.clock.now()
    this.#signal = signal
    this.#onAbort = () => {
      this.#error = signal?.reason
      this.#end(this.#error)
      this.#serve()
    }

    if (signal?.aborted === true) {
      this.#onAbort()
      return
    }

    signal?.addEventListener('abort', this.#onAbort, { once: true })

    for (const router of routers) {
      const error = router.beginFind()

      if (error == null) {
        this.#lines.push({ lookUp: new LookUp(router, { ...components, changed: () => { this.#serve() } }), handed: 0 })
      } else {
        this.#reasons.set(router.name, error)
      }
    }

    for (const { lookUp } of this.#lines) {
      detach(lookUp.run(cid, this.#abort.signal), components.log, 'a look-up')
    }
  }

  [Symbol.asyncIterator] (): this {
    return this
  }

  /** @throws LookUpFailedError when no router could be asked, or each failed */
  async next (): Promise<IteratorResult<NamedProvider, undefined>> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#serve()
    })
  }

  async return (): Promise<IteratorReturnResult<undefined>> {
    this.#end(new DOMException('nobody waits for it any more', 'AbortError'))
    this.#serve()

    return DONE
  }

  #end (reason: unknown): void {
    this.#close()
    this.#abort.abort(reason)
  }

  #close (): void {
    this.#over = true
    this.#cancelTimer?.()
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }

  #serve (): void {
    while (this.#waiting.length > 0) {
      const provider = this.#over ? undefined : this.#take()

      if (provider != null) {
        this.#named = true
        this.#waiting.shift()?.resolve({ done: false, value: provider })
      } else if (this.#over || this.#lines.every(({ lookUp }) => lookUp.isOver)) {
        this.#finish()
      } else {
        return
      }
    }
  }

  /** What is new, from whoever comes next, holds something, and is not ahead. */
  #take (): NamedProvider | undefined {
    for (let i = 0; i < this.#lines.length; i++) {
      const line = this.#lines[(this.#turn + i) % this.#lines.length]
      const provider = line == null || this.#isAhead(line) ? undefined : line.lookUp.take()
      const fresh = provider == null ? undefined : this.#seen.fresh(provider)

      if (line != null && fresh != null) {
        line.handed++
        this.#turn = (this.#turn + i + 1) % this.#lines.length

        return fresh
      }
    }

    return undefined
  }

  /** It has had its share for now, as another has not answered yet. */
  #isAhead (line: Line): boolean {
    const { clock, pace } = this.#components
    const paces = Math.floor((clock.now() - this.#startedAt) / pace.paceDelay)

    if (!line.lookUp.holds || line.handed < pace.maxAhead + paces || this.#lines.every(({ lookUp }) => lookUp.hasAnswered)) {
      return false
    }

    this.#cancelTimer?.()
    this.#cancelTimer = clock.timer(this.#startedAt + (paces + 1) * pace.paceDelay - clock.now(), () => { this.#serve() })

    return true
  }

  /** To whoever waits first: what went wrong, if it did and was not told; to the others that it is over. */
  #finish (): void {
    const waiting = this.#waiting.shift()

    if (!this.#over) {
      this.#error = this.#failure()
      this.#close()
    }

    if (this.#error == null) {
      waiting?.resolve(DONE)
    } else {
      waiting?.reject(this.#error)
      this.#error = undefined
    }
  }

  #failure (): LookUpFailedError | undefined {
    for (const { lookUp: { router, error } } of this.#lines) {
      if (error != null) {
        this.#reasons.set(router.name, error)
      }
    }

    const told = this.#named || this.#lines.some(({ lookUp }) => lookUp.error == null)

    return told ? undefined : new LookUpFailedError(this.#cid, this.#reasons)
  }
}
