/**
 * How V8 collects the garbage of a process that moves blocks. Its defaults are
 * for programs of many small objects: it begins a full collection after every
 * 64 MB of ArrayBuffers, and tls makes some three bytes of those for each that
 * comes or goes. What that costs, and what this gains: `docs/performance.md`.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** In which versions of Node there is a flag of V8, by the first number. */
interface Flag {
  name: string
  from: number
  to: number
}

const FLAGS: readonly Flag[] = [
  // full collections by the size of all that lives, not after a fixed number of bytes outside the heap
  { name: '--external-memory-accounted-in-global-limit', from: 24, to: 26 },
  // what lives may become two and a half times as much before the next: where little does they would come every 10 MB
  { name: '--heap-growing-percent=150', from: 24, to: 26 },
  // the young generation stays as it is, so that what tls made is let go of soon; V8 takes this only once it runs
  { name: '--semi-space-growth-factor=1', from: 22, to: 26 }
]

/** Makes each of its two halves eight times as large, 8 MiB, when it grows next. */
const GROW = '--semi-space-growth-factor=8'

/** Both halves, in bytes. Smaller, more is moved that would be let go of soon; larger, more buffers of tls are kept that could be. */
const YOUNG_SIZE = 16 * 1024 * 1024

/** V8 grows it when a quarter of these have lived through a collection; were that ever different, they would be let go of in vain. */
const MAX_SURVIVORS = 65_536

/**
 * The flags of V8 that {@link tuneCollector} sets.
 *
 * @param version - of Node; of one that is not known there are none
 */
export function collectorFlags (version: string = process.versions.node): string[] {
  const major = Number(version.split('.')[0])

  return FLAGS.filter(({ from, to }) => major >= from && major <= to).map(({ name }) => name)
}

/** For the whole process and for good; to be called first of all. */
export function tuneCollector (): void {
  const flags = collectorFlags()

  if (flags.length > 0) {
    growYoungGeneration()
  }

  for (const flag of flags) {
    setFlagsFromString(flag)
  }
}

/** There is no flag for its size that a process takes once it runs: it is made to grow, which takes some 4 ms. */
function growYoungGeneration (): void {
  const survivors: number[][] = []

  setFlagsFromString(GROW)

  while (survivors.length < MAX_SURVIVORS && youngSize() < YOUNG_SIZE) {
    for (let i = 0; i < 1024; i++) {
      survivors.push([i])
    }
  }
}

function youngSize (): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0
}
