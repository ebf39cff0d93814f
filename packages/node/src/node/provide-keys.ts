/**
 * What a node announces again and again, by the strategy: names only. For `pinned`
 * blocks with links are read, for the others none.
 *
 * What is damaged of a pin keeps nothing else from being announced: it is passed
 * over, and told once. Limits: {@link MAX_WARNINGS} are told.
 */
import { DamagedPinError } from '../pins/errors.ts'
import type { OnDamaged } from '../pins/passed-over.ts'
import type { Pins } from '../pins/pins.ts'
import type { Repo } from '../store/repo.ts'
import type { ProvidingInit } from 'ts-bitswap'

/** Pins and blocks of pins that are named; that there are more is said once. */
const MAX_WARNINGS = 10

/** @param warn - told in words of pins that cannot be announced as a whole */
export function provideKeys (strategy: ProvidingInit['strategy'], { blockstore }: Pick<Repo, 'blockstore'>, pins: Pins, warn: (message: string) => void): NonNullable<ProvidingInit['keys']> {
  const onDamaged = namedOnce(warn)

  switch (strategy) {
    case 'all': return options => blockstore.cids(options)
    case 'roots': return options => pins.roots({ ...options, onDamaged })
    case 'pinned': return options => pins.allKeys({ ...options, onDamaged })
    default: return false
  }
}

/** The list is gone through for every slice of the interval, and each time the same is damaged. */
function namedOnce (warn: (message: string) => void): OnDamaged {
  const named = new Set<string>()

  return error => {
    const name = error instanceof DamagedPinError ? error.key : error.cid.toString()

    if (named.has(name) || named.size > MAX_WARNINGS) {
      return
    }

    named.add(name)
    warn(named.size > MAX_WARNINGS ? 'more of what is pinned is damaged, and not announced as a whole' : `not all that is pinned is announced: ${error.message}`)
  }
}
