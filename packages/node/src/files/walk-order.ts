/**
 * The places of a walk, in order: who is asked for next, and whose turn it is.
 * The reading ahead crosses the borders of files and folders, so that a thousand
 * small files take as long as one large one.
 *
 * Bounds: blocks before their turn by `readAheadSize` and `maxReadAhead`. The
 * block whose turn it is is always fetched. Blocks ahead are unfolded into what
 * they link to when there is room to ask for that, a few at a time, while fewer
 * than {@link MAX_KNOWN} are known; beyond it when their turn comes. Then a
 * folder's links are all held, as they are in its block.
 */
import { resolveWalkOptions } from './options.ts'
import type { WalkOptions } from './options.ts'
import { WalkPace } from './walk-pace.ts'
import { WalkReads } from './walk-reads.ts'
import type { Step, Unfolded, Walk, WalkDagOptions } from './walk.ts'

/** Blocks ahead that are known by their links; keeps the memory for them below some MiB. */
export const MAX_KNOWN = 16_384

/** What a block of unknown size counts as until one without links has come: the usual piece of a file. */
const FIRST_GUESS = 262_144

/** Blocks that are asked for at once. The next are asked for, and made sense of, when these are on their way. */
const AT_ONCE = 32

/** So many turns of the event loop later what was asked for is in the queue of a peer. */
const TURNS_BETWEEN = 2

/** One place in the order: not asked for, asked for, come, or unfolded. */
interface Place<S extends Step, V> {
  readonly step: S
  next: Place<S, V> | undefined
  arriving?: Promise<void>
  bytes?: Uint8Array
  unfolded?: Unfolded<S, V>
  failed?: { error: unknown }
}

export const END: unique symbol = Symbol('end')
export const SKIPPED: unique symbol = Symbol('skipped')

export class WalkOrder<S extends Step, V> {
  readonly #walk: Walk<S, V>
  readonly #options: WalkOptions
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #outer: AbortSignal | undefined
  // with `once`: what had its turn, and what was unfolded before it; as large as the graph
  readonly #visited: Set<string> | undefined
  readonly #early: Set<string> = new Set()
  readonly #reads: WalkReads<S>
  readonly #pace: WalkPace = new WalkPace(() => { this.#fill() })
  #head: Place<S, V> | undefined
  // all before it are asked for; undefined when none is left to ask for
  #unasked: Place<S, V> | undefined
  #known = 1
  // what is ahead: asked for and not come, come and not had its turn
  #arriving = 0
  #ready = 0
  #readyBytes = 0
  /** Has come, and is not unfolded; before `#unasked` there may be some. */
  #folded = 0
  // of all that came and link to nothing, for guessing at what has not; those that link to others are few, and small
  #came = 0
  #cameBytes = 0

  constructor (root: S, walk: Walk<S, V>, options: WalkDagOptions) {
    const { signal, once, ...init } = options

    this.#walk = walk
    this.#options = resolveWalkOptions(init)
    this.#outer = signal
    this.#signal = signal == null ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal])
    this.#reads = new WalkReads(walk, this.#signal)
    this.#visited = once === true ? new Set() : undefined
    this.#head = { step: root, next: undefined }
    this.#unasked = this.#head
  }

  /** Ends what is under way; what it would have failed with is nobody's concern any more. */
  stop (): void {
    this.#pace.stop()
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
    this.#folded -= isFolded(place) ? 1 : 0
    this.#visited?.add(keyOf(place.step))
    this.#known--
    this.#head = place.next

    if (this.#unasked === place) {
      this.#unasked = place.next
    }

    this.#fill()

    return visit
  }

  /**
   * Asks for the next blocks in order, as far as there is room, and unfolds what
   * comes before them. Making sense of a block with a thousand links takes longer
   * than a block takes to come: after one, what it links to is asked for first.
   */
  #fill (): void {
    // on the way down to the first block that links to nothing each is waited for, and is asked for alone, be it that its link was asked for early
    const alone = this.#arriving === 0 && this.#came === 0
    let asked = 0

    if (this.#folded > 0 && this.#known < MAX_KNOWN) {
      this.#unasked = this.#head
    }

    while (this.#unasked != null && !this.#pace.isWaiting && !this.#signal.aborted && this.#hasRoom()) {
      const place = this.#unasked

      if (alone && asked === 1) {
        this.#pace.forAnswer()
      } else if (asked === AT_ONCE) {
        this.#pace.forTurns(TURNS_BETWEEN)
      } else if (place.arriving == null && this.#visited?.has(keyOf(place.step)) !== true) {
        this.#ask(place)
        this.#unasked = place.next
        asked++
      } else {
        this.#unfoldAhead(place)
        this.#unasked = place.next
      }
    }
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
    let isFirst = false

    try {
      const bytes = await this.#reads.read(place.step)

      if (this.#came === 0 && this.#head === place && this.#reads.askOn(place.step, bytes)) {
        await this.#pace.sending()
      }

      place.bytes = bytes
      this.#readyBytes += bytes.byteLength
      this.#folded++
      this.#pace.answered()
      isFirst = this.#came === 0
      // most link to nothing: where that may be seen at once the places before it are not looked through for it
      this.#unfoldAhead(place)
      isFirst &&= this.#came > 0
    } catch (error) {
      place.failed = { error }
    } finally {
      this.#arriving--
      this.#ready++
    }

    if (isFirst) {
      this.#pace.forTurns(1) // who reads has it before others are asked for
    } else if (place.failed == null) {
      this.#fill()
    }
  }

  /** Before its turn. With `once` a graph must not be unfolded more often than it is visited, however often it links to the same. */
  #mayUnfold (place: Place<S, V>): boolean {
    if (!isFolded(place) || this.#pace.isWaiting || this.#known >= MAX_KNOWN || !this.#hasRoom()) {
      return false
    }

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

  /** A failure is kept, as that of a read. */
  #unfoldAhead (place: Place<S, V>): void {
    if (!this.#mayUnfold(place)) {
      return
    }

    try {
      this.#unfold(place)
    } catch (error) {
      place.failed = { error }
      this.#folded--
    }
  }

  #unfold (place: Place<S, V>): Unfolded<S, V> {
    const bytes = place.bytes ?? new Uint8Array(0)
    const unfolded = this.#walk.unfold(place.step, bytes)
    let last = place

    for (const step of unfolded.next) {
      last.next = { step, next: last.next }
      last = last.next
    }

    place.unfolded = unfolded
    this.#reads.unfolded(unfolded.next[0])
    this.#folded--
    this.#known += unfolded.next.length

    if (unfolded.next.length > 0) {
      this.#unasked = this.#head // there is something to ask for before the others
    } else {
      this.#cameBytes += bytes.byteLength
      this.#came++
    }

    return unfolded
  }
}

function isFolded<S extends Step, V> ({ bytes, unfolded, failed }: Place<S, V>): boolean {
  return bytes != null && unfolded == null && failed == null
}

/** A CID as a map key: of the ways to make one the fastest. */
function keyOf (step: Step): string {
  const { buffer, byteOffset, byteLength } = step.cid.bytes

  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}
