/**
 * What a peer that is killed costs, at the end of whatever message: 200 of those
 * there are; `npm run soak -- --kills` goes through all.
 */
import { test } from 'node:test'
import { SeededRandom } from '../../src/core/random.ts'
import { Killing, KILLING_SETTINGS } from '../support/killing.ts'

const SAMPLES = 200

/** A test is given no more time than this takes on a slow machine. */
const SAMPLES_PER_TEST = 20

const random = new SeededRandom(1)

for (const [i, setting] of KILLING_SETTINGS.entries()) {
  const count = Math.floor((SAMPLES + i) / KILLING_SETTINGS.length)
  let killing: Promise<Killing> | undefined

  for (let first = 1; first <= count; first += SAMPLES_PER_TEST) {
    const last = Math.min(count, first + SAMPLES_PER_TEST - 1)

    test(`of ${setting.name}, one that is killed costs two round trips, and the time in which its silence is noticed (${first} to ${last})`, async () => {
      killing ??= Killing.in(setting)
      const kills = (await killing).all()

      for (let n = first; n <= last; n++) {
        const [kill] = kills.splice(random.int(kills.length), 1)

        if (kill != null) {
          await (await killing).survive(kill)
        }
      }
    })
  }
}
