/** Do the instances of a random scenario think the same of each other? Compared when the wire is quiet. */
import { multihashKey } from '../../src/core/cid-map.ts'
import { BLOCKS } from './contents.ts'
import type { Resident } from './resident.ts'
import type { World } from './world.ts'

/** What each thinks the others hold of it, and they do not; or they hold and it does not think so. As sentences. */
export function bookDifferences (world: World, isExempt: (a: Resident, b: Resident) => boolean = () => false): string[] {
  return world.pairs().filter(([a, b]) => !isExempt(a, b)).flatMap(([a, b]) => [...differences(a, b), ...differences(b, a)])
}

function differences (wanting: Resident, serving: Resident): string[] {
  const { thought, held } = wanting.account(serving)
  const unknown = [...thought].filter(key => !held.has(key) && !mayForget(wanting, serving, key))
  const uncancelled = [...held].filter(key => !thought.has(key))

  return [
    ...unknown.map(key => `${serving.name} does not know that ${wanting.name} wants ${nameOf(key)}`),
    ...uncancelled.map(key => `${serving.name} was not told that ${wanting.name} no longer wants ${nameOf(key)}`)
  ]
}

/**
 * Who sent other bytes in the place of a block thinks that it has answered, and
 * whoever got them cannot tell what they were meant to be. Who keeps fewer wants
 * than it is told, or none, drops some, and says so only where it is asked to.
 */
function mayForget (wanting: Resident, serving: Resident, key: string): boolean {
  const isSpoilt = [...serving.spoilt].some(block => multihashKey(BLOCKS[block].cid) === key)

  return isSpoilt || serving.mayForget(wanting)
}

function nameOf (key: string): string {
  const block = BLOCKS.findIndex(({ cid }) => multihashKey(cid) === key)

  return block === -1 ? 'what is none of ours' : `block ${block}`
}
