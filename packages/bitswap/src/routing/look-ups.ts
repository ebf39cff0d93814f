/**
 * One question to several routers at once: what any of them names is handed on
 * as it comes, one from each in turn, so that whoever names thousands crowds out
 * nobody.
 *
 * By hand rather than as a generator: whose `return` would wait for the slowest
 * router.
 */
import type { CID } from 'multiformats/cid'
import { detach } from '../core/detach.ts'
import type { AskedRouter } from './asked-router.ts'
import { LookUpFailedError } from './errors.ts'
import { LookUp } from './look-up.ts'
import type { LookUpComponents } from './look-up.ts'
import { SeenProviders } from './named-provider.ts'
import type { NamedProvider } from './router.ts'

interface Waiting {
  resolve (result: IteratorResult<NamedProvider, undefined>): void
  reject (error: unknown): void
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

export class LookUps implements AsyncIterableIterator<NamedProvider, undefined> {
  readonly #cid: CID
  readonly #lookUps: LookUp[] = []
  /** Of those that were not asked. */
  readonly #reasons: Map<string, Error> = new Map()
  readonly #seen: SeenProviders = new SeenProviders()
  readonly #abort: AbortController = new AbortController()
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: () => void
  readonly #waiting: Waiting[] = []
  /** Whose turn it is. */
  #turn = 0
  #named = false
  #over = false
  /** What it ended with, until somebody was told. */
  #error: unknown

  constructor (cid: CID, routers: readonly AskedRouter[], components: Omit<LookUpComponents, 'changed'>, signal: AbortSignal | undefined) {
    this.#cid = cid
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
        this.#lookUps.push(new LookUp(router, { ...components, changed: () => { this.#serve() } }))
      } else {
        this.#reasons.set(router.name, error)
      }
    }

    for (const lookUp of this.#lookUps) {
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
    this.#over = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#abort.abort(reason)
  }

  #serve (): void {
    while (this.#waiting.length > 0) {
      const provider = this.#over ? undefined : this.#take()

      if (provider != null) {
        this.#named = true
        this.#waiting.shift()?.resolve({ done: false, value: provider })
      } else if (this.#over || this.#lookUps.every(({ isOver }) => isOver)) {
        this.#finish()
      } else {
        return
      }
    }
  }

  /** What is new, from whoever comes next and holds something. */
  #take (): NamedProvider | undefined {
    for (let i = 0; i < this.#lookUps.length; i++) {
      const lookUp = this.#lookUps[(this.#turn + i) % this.#lookUps.length]
      const provider = lookUp?.take()
      const fresh = provider == null ? undefined : this.#seen.fresh(provider)

      if (fresh != null) {
        this.#turn = (this.#turn + i + 1) % this.#lookUps.length

        return fresh
      }
    }

    return undefined
  }

  /** To whoever waits first: what went wrong, if it did and was not told; to the others that it is over. */
  #finish (): void {
    const waiting = this.#waiting.shift()

    if (!this.#over) {
      this.#error = this.#failure()
      this.#over = true
      this.#signal?.removeEventListener('abort', this.#onAbort)
    }

    if (this.#error == null) {
      waiting?.resolve(DONE)
    } else {
      waiting?.reject(this.#error)
      this.#error = undefined
    }
  }

  #failure (): LookUpFailedError | undefined {
    for (const { router, error } of this.#lookUps) {
      if (error != null) {
        this.#reasons.set(router.name, error)
      }
    }

    const told = this.#named || this.#lookUps.some(({ error }) => error == null)

    return told ? undefined : new LookUpFailedError(this.#cid, this.#reasons)
  }
}
