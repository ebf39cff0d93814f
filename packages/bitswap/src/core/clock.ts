/**
 * Time as a component. Everything in this package that needs to know the time,
 * wait, or run "a moment later" is handed a {@link Clock}; this file is the only
 * one that touches the global timers (a script checks it). Tests and the
 * simulator hand in a virtual one, so nothing ever really waits there.
 */

/** Stops something that was scheduled. May be called twice, or too late. */
export type Cancel = () => void

export interface Clock {
  /** Milliseconds since an arbitrary moment; never goes backwards. */
  now (): number

  /**
   * Runs `callback` once, `delay` milliseconds from now. Never keeps a process
   * alive on its own: what is waited for must be held open by a socket.
   */
  timer (delay: number, callback: () => void): Cancel

  /**
   * Runs `callback` at the end of this turn of the event loop, after all
   * promise callbacks that are ready and before time moves on. Whoever is woken
   * several times in one turn should schedule itself only once.
   *
   * @param hurry - do not wait for what else may be read in this turn: as soon
   * as no promise callback is ready, where the host can tell
   */
  soon (callback: () => void, hurry?: boolean): Cancel
}

// this package is compiled without Node's types: what is used of the host is said here
interface Host {
  performance: { now (): number }
  setTimeout (callback: () => void, delay: number): number | { unref (): void } // a number in browsers
  clearTimeout (timer: unknown): void
  setImmediate?: (callback: () => void) => unknown
  clearImmediate?: (immediate: unknown) => void
  MessageChannel?: new () => { port1: Port, port2: Port }
  process?: { nextTick?: (callback: () => void) => void }
  queueMicrotask (callback: () => void): void
}

interface Port {
  postMessage (value: unknown): void
  onmessage: (() => void) | null
  unref?: () => void
}

const host = globalThis as unknown as Host

/** Longer delays than this make timers of the host fire at once. */
const MAX_TIMER_DELAY = 0x7fffffff

function timer (delay: number, callback: () => void): Cancel {
  const id = host.setTimeout(callback, Math.min(Math.max(0, delay), MAX_TIMER_DELAY))

  if (typeof id === 'object') {
    id.unref()
  }

  return () => { host.clearTimeout(id) }
}

/** `soon` where there is no `setImmediate`: a message to ourselves (no 4 ms floor, unlike nested timeouts). */
function messageChannelSoon (Channel: NonNullable<Host['MessageChannel']>): Clock['soon'] {
  const channel = new Channel()
  const queue: Array<(() => void) | undefined> = []

  channel.port1.onmessage = () => { queue.shift()?.() }
  channel.port1.unref?.()

  return callback => {
    let pending: (() => void) | undefined = callback
    queue.push(() => { pending?.() })
    channel.port2.postMessage(undefined)

    return () => { pending = undefined }
  }
}

/** Once no promise callback is ready: Node runs these after all of them, but asked from outside of one, before any. */
function tickSoon (nextTick: (callback: () => void) => void): Clock['soon'] {
  return callback => {
    let pending: (() => void) | undefined = callback
    host.queueMicrotask(() => { nextTick(() => { pending?.() }) })

    return () => { pending = undefined }
  }
}

/** At the end of the turn. */
function turnSoon (): Clock['soon'] {
  if (host.setImmediate != null) {
    return callback => {
      const id = host.setImmediate?.(callback)

      return () => { host.clearImmediate?.(id) }
    }
  }

  if (host.MessageChannel != null) {
    return messageChannelSoon(host.MessageChannel)
  }

  return callback => timer(0, callback)
}

function hostSoon (): Clock['soon'] {
  const nextTick = host.process?.nextTick
  const atTheEnd = turnSoon()
  const inAHurry = nextTick == null ? atTheEnd : tickSoon(nextTick)

  return (callback, hurry = false) => (hurry ? inAHurry : atTheEnd)(callback)
}

/** The real time of the machine. */
export const systemClock: Clock = {
  now: () => host.performance.now(),
  timer,
  soon: hostSoon()
}

/** Resolves after `delay` milliseconds of the clock; rejects with `signal.reason` when aborted first. */
export async function sleep (clock: Clock, delay: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()

  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.timer(delay, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })

    signal?.addEventListener('abort', abort, { once: true })
  })
}
