/**
 * Whoever sends blocks loses its connection, or its streams, at whatever point of
 * the transfer: nothing is lost for good, nothing is waited for, and nothing is
 * counted that was not written.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CUT_SETTINGS, survive, transfer } from '../support/cut-transfer.ts'

const WHEN = { segments: 'at the end of any segment', rooms: 'in the very turn in which there is room again' } as const

/** Bytes between two points at which a stream is cut. */
const STEP = 1500

for (const setting of CUT_SETTINGS) {
  const undisturbed = transfer(setting)

  test(`over ${setting.name} all is sent once, and counted as it is`, async () => {
    const { segments, bytes, rooms } = await undisturbed

    assert.ok(segments > 30 && bytes > 240_000 && rooms > 1, `${segments} segments, ${bytes} bytes, ${rooms} times room`)
  })

  for (const how of ['disconnect', 'blink', 'reset'] as const) {
    for (const unit of ['segments', 'rooms'] as const) {
      test(`over ${setting.name}, a ${how} ${WHEN[unit]} loses nothing, and nothing counts that was not written`, async () => {
        const whole = await undisturbed

        for (let after = 1; after <= whole[unit]; after++) {
          await survive(setting, { how, after, unit }, whole)
        }
      })
    }
  }

  test(`over ${setting.name}, a stream that is cut at any point loses nothing, and nothing counts that was not written`, async () => {
    const whole = await undisturbed

    for (let after = 0; after < whole.bytes; after += STEP) {
      await survive(setting, { how: 'cut', after, unit: 'bytes' }, whole)
    }
  })
}
