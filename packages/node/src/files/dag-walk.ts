/**
 * Reads a graph of blocks from its root in order, depth first, while blocks
 * further on are fetched already. Knows neither files nor networks: how a block
 * is had, and what it links to, is handed in.
 *
 * The order is what a file has on disk and a CAR in its stream. The reading
 * ahead crosses the borders of files and folders, so that a thousand small
 * files take as long as one large one.
 *
 * Bounds: blocks before their turn by `readAheadSize` and `maxReadAhead`. The
 * block whose turn it is is always fetched. Blocks ahead are unfolded into what
 * they link to while fewer than {@link MAX_KNOWN} are known, beyond it when
 * their turn comes; then a folder's links are all held, as they are in its block.
 */
import { resolveWalkOptions } from './options.ts'
import type { WalkInit, WalkOptions } from './options.ts'
import type { CID } from 'multiformats/cid'

/** Blocks ahead that are known by their links; keeps the memory for them below some MiB. */
export const MAX_KNOWN = 16_384

/** What a block of unknown size counts as until one without links has come: the usual piece of a file. */
const FIRST_GUESS = 262_144

/**
 * Blocks that are asked for at once. The next are asked for in another turn of
 * the event loop, when the first are on their way: asking for hundreds takes many
 * times as long as one takes to come.
 */
const AT_ONCE = 32

/** A block to visit. Walks carry what they need to know of it beside its CID. */
export interface Step {
  cid: CID
}

/** What a block turned out to be. */
export interface Unfolded<S extends Step, V> {
  value: V
  /** What comes after it, in order, before what follows the block itself. */
  next: S[]
}

export interface Walk<S extends Step, V> {
  /** Fetches one block. Many run at a time; the signal ends them. */
  read: (step: S, signal: AbortSignal) => Promise<Uint8Array>
  /** Makes sense of it. Synchronous, and called once for each step. */
  unfold: (step: S, bytes: Uint8Array) => Unfolded<S, V>
}

export interface WalkDagOptions extends WalkInit {
  signal?: AbortSignal

  /**
   * Visit a block, and what is below it, only where it comes first. Costs some
   * 100 bytes of memory for each block of the graph; without it a block is
   * visited as often as it is linked to.
   */
  once?: boolean
}

/** One place in the order: not asked for, asked for, come, or unfolded. */
interface Place<S extends Step, V> {
  readonly step: S
  next: Place<S, V> | undefined
  arriving?: Promise<void>
  bytes?: Uint8Array
  unfolded?: Unfolded<S, V>
  failed?: { error: unknown }
}

/**
 * Visits everything below `root`, it included, and yields what `unfold` makes of
 * each block, in order. Leaving the loop ends what is under way.
 *
 * @throws what `read` or `unfold` throw, when it is the turn of that block
 */
export async function * walkDag<S extends Step, V> (root: S, walk: Walk<S, V>, options: WalkDagOptions = {}): AsyncGenerator<V> {
  const order = new WalkOrder(root, walk, options)

  try {
    for (let visit = await order.shift(); visit !== END; visit = await order.shift()) {
      if (visit !== SKIPPED) {
        yield visit.value
      }
    }
  } finally {
    order.stop()
  }
}

const END = Symbol('end')
const SKIPPED = Symbol('skipped')

class WalkOrder<S extends Step, V> {
  readonly #walk: Walk<S, V>
  readonly #options: WalkOptions
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #outer: AbortSignal | undefined
  // with `once`: what had its turn, and what was unfolded before it; as large as the graph
  readonly #visited: Set<string> | undefined
  readonly #early: Set<string> = new Set()
  #head: Place<S, V> | undefined
  // all before it are asked for; undefined when none is left to ask for
  #unasked: Place<S, V> | undefined
  #known = 1
  // what is ahead: asked for and not come, come and not had its turn
  #arriving = 0
  #ready = 0
  #readyBytes = 0
  #fillingSoon: NodeJS.Immediate | undefined
  // of all that came and link to nothing, for guessing at what has not; those that link to others are few, and small
  #came = 0
  #cameBytes = 0

  constructor (root: S, walk: Walk<S, V>, options: WalkDagOptions) {
    const { signal, once, ...init } = options

    this.#walk = walk
    this.#options = resolveWalkOptions(init)
    this.#outer = signal
    this.#signal = signal == null ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal])
    this.#visited = once === true ? new Set() : undefined
    this.#head = { step: root, next: undefined }
    this.#unasked = this.#head
  }

  /** Ends what is under way; what it would have failed with is nobody's concern any more. */
  stop (): void {
    clearImmediate(this.#fillingSoon)
    this.#stop.abort(new Error('the walk has ended'))
  }

  /** Gives the next block in order its turn. */
  async shift (): Promise<{ value: V } | typeof SKIPPED | typeof END> {
    const place = this.#head

    if (place == null) {
      return END
    }

    this.#outer?.throwIfAborted()
    const repeated = this.#visited?.has(keyOf(place.step)) === true

    if (!repeated || place.arriving != null) {
      this.#fill()

      if (place.arriving == null) {
        this.#ask(place)
      }

      await place.arriving
      this.#ready--
      this.#readyBytes -= place.bytes?.byteLength ?? 0
    }

    if (!repeated && place.failed != null) {
      throw place.failed.error
    }

    const visit = repeated ? SKIPPED : { value: (place.unfolded ?? this.#unfold(place)).value }
    this.#visited?.add(keyOf(place.step))
    this.#known--
    this.#head = place.next

    if (this.#unasked === place) {
      this.#unasked = place.next
    }

    this.#fill()

    return visit
  }

  /** Asks for the next blocks in order, as far as there is room. */
  #fill (): void {
    let asked = 0

    while (this.#unasked != null && this.#fillingSoon == null && this.#hasRoom()) {
      const place = this.#unasked

      if (asked === AT_ONCE) {
        this.#fillSoon()

        return
      }

      if (place.arriving == null && this.#visited?.has(keyOf(place.step)) !== true) {
        this.#ask(place)
        asked++
      }

      this.#unasked = place.next
    }
  }

  #fillSoon (): void {
    this.#fillingSoon = setImmediate(() => {
      this.#fillingSoon = undefined

      if (!this.#signal.aborted) {
        this.#fill()
      }
    })
  }

  #hasRoom (): boolean {
    const mean = this.#came === 0 ? FIRST_GUESS : this.#cameBytes / this.#came
    const ahead = this.#arriving + this.#ready

    return ahead === 0 || (ahead < this.#options.maxReadAhead && this.#readyBytes + (this.#arriving + 1) * mean <= this.#options.readAheadSize)
  }

  #ask (place: Place<S, V>): void {
    this.#arriving++
    place.arriving = this.#read(place)
  }

  /** Keeps a failure for the turn of its block: others before it may still be had. */
  async #read (place: Place<S, V>): Promise<void> {
    try {
      const bytes = await this.#walk.read(place.step, this.#signal)

      place.bytes = bytes
      this.#readyBytes += bytes.byteLength

      if (this.#known < MAX_KNOWN && this.#mayUnfoldEarly(place)) {
        this.#unfold(place)
      }

      if (place.unfolded == null || place.unfolded.next.length === 0) {
        this.#cameBytes += bytes.byteLength
        this.#came++
      }
    } catch (error) {
      place.failed = { error }
    } finally {
      this.#arriving--
      this.#ready++
    }

    if (place.failed == null && !this.#signal.aborted) {
      this.#fill()
    }
  }

  /** With `once` a graph must not be unfolded more often than it is visited, however often it links to the same. */
  #mayUnfoldEarly (place: Place<S, V>): boolean {
    if (this.#visited == null) {
      return true
    }

    const key = keyOf(place.step)

    if (this.#visited.has(key) || this.#early.has(key)) {
      return false
    }

    this.#early.add(key)

    return true
  }

  #unfold (place: Place<S, V>): Unfolded<S, V> {
    const unfolded = this.#walk.unfold(place.step, place.bytes ?? new Uint8Array(0))
    let last = place

    for (const step of unfolded.next) {
      last.next = { step, next: last.next }
      last = last.next
    }

    place.unfolded = unfolded
    this.#known += unfolded.next.length

    if (unfolded.next.length > 0) {
      this.#unasked = this.#head // there is something to ask for before the others
    }

    return unfolded
  }
}

/** A CID as a map key: of the ways to make one the fastest. */
function keyOf (step: Step): string {
  const { buffer, byteOffset, byteLength } = step.cid.bytes

  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}
