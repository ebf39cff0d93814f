/** How users of random scenarios take what they asked for: one block, many at their own pace, DAGs. */
import type { CID } from 'multiformats/cid'
import type { BlockSource } from '../../src/api.ts'
import { sleep } from '../../src/core/clock.ts'
import type { Dag } from '../../src/testing/dags.ts'
import { InputError, takeBlock } from './call.ts'
import type { Call } from './call.ts'
import type { Chance } from './chance.ts'
import { numberOf } from './contents.ts'

/** Told of what is wrong with a block, as a sentence. */
export type Complain = (problem: string) => void

export async function getOne (call: Call, complain: Complain): Promise<void> {
  const [cid] = call.missing.values()
  const bytes = await sourceOf(call).getBlock(cid, call.options)

  take(call, { cid, bytes }, complain)
}

/** Slowly at times, and not always to the end. */
export async function getMany (call: Call, chance: Chance, complain: Complain): Promise<void> {
  const slow = chance.oneIn(3)
  const leaveAfter = chance.oneIn(5) ? chance.int(call.missing.size) : Infinity
  const blocks = sourceOf(call).getBlocks(input(call, chance), call.options)
  let taken = 0

  for await (const block of blocks) {
    take(call, block, complain)

    if (++taken > leaveAfter) {
      call.left = true
      break
    }

    if (slow) {
      await sleep(call.clock, chance.int(300))
    }
  }
}

/** Level by level. */
export async function walk (call: Call, dag: Dag, complain: Complain): Promise<void> {
  for (let level: CID[] = [dag.root]; level.length > 0; level = level.flatMap(cid => dag.children(cid))) {
    level.forEach(cid => call.missing.set(numberOf(cid) ?? -1, cid))

    for await (const block of sourceOf(call).getBlocks(level, call.options)) {
      take(call, block, complain)
    }
  }
}

function take (call: Call, block: { cid: CID, bytes: Uint8Array }, complain: Complain): void {
  const problem = takeBlock(call, block)

  if (problem != null) {
    complain(problem)
  }
}

function sourceOf ({ session, exchange }: Call): BlockSource {
  return session?.session ?? exchange
}

/** All at once and twice, or as a stream, which may throw at its end. */
function input ({ missing, clock }: Call, chance: Chance): Iterable<CID> | AsyncIterable<CID> {
  const cids = [...missing.values()]
  const throws = chance.oneIn(8)

  if (chance.oneIn(2)) {
    return [...cids, ...cids]
  }

  return (async function * () {
    for (const cid of cids) {
      yield cid
      await sleep(clock, chance.int(100))
    }

    if (throws) {
      throw new InputError('the input failed')
    }
  })()
}
