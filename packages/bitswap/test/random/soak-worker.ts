/** A process of a soak: lives the seeds it is told to, one after the other. Started by `soak.ts`. */
import { describeDeeds } from './run-failed-error.ts'
import { makePlan } from './plan.ts'
import { failureOf, shrink } from './shrink.ts'
import type { SeedAsked, SeedDone } from './soak-messages.ts'

/** Lives between two looks at the heap. */
const HEAP_INTERVAL = 100

let lived = 0

process.on('message', ({ seed }: SeedAsked) => {
  live(seed).then(outcome => { process.send?.(outcome) }, (error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  })
})

async function live (seed: number): Promise<SeedDone> {
  const failure = await failureOf(makePlan(seed)) == null ? undefined : await describeShortest(seed)

  return { seed, failure, heap: ++lived % HEAP_INTERVAL === 0 ? heapInUse() : undefined }
}

async function describeShortest (seed: number): Promise<string> {
  const shortest = await shrink(makePlan(seed))

  return shortest == null ? `seed ${seed} failed once, and not again` : `${shortest.failure.message}\nall ${shortest.plan.actions.length} actions:\n${describeDeeds(shortest.failure.deeds)}`
}

function heapInUse (): number {
  globalThis.gc?.()

  return process.memoryUsage().heapUsed
}
