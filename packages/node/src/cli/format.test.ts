import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimalSize, formatDuration, formatSize } from './format.ts'

for (const [bytes, text] of [[0, '0 B'], [1_023, '1023 B'], [1_024, '1.00 KiB'], [1_572_864, '1.50 MiB'], [5 * 1_024 ** 5, '5120.00 TiB']] as const) {
  test(`${bytes} bytes are ${text}`, () => {
    assert.equal(formatSize(bytes), text)
  })
}

for (const [bytes, text] of [[0, '0 B'], [999, '999 B'], [1_000, '1.0 kB'], [9_949, '9.9 kB'], [9_950, '10 kB'], [16_780_426, '17 MB'], [1_500_000_000, '1.5 GB'], [5e18, '5000 PB']] as const) {
  test(`${bytes} bytes are ${text} in powers of ten`, () => {
    assert.equal(formatDecimalSize(bytes), text)
  })
}

for (const [milliseconds, text] of [[0, '0ms'], [100, '100ms'], [3_000, '3s'], [62_000, '1m2s'], [7_384_000, '2h3m4s'], [3_600_000, '1h0m0s']] as const) {
  test(`${milliseconds} milliseconds are ${text}`, () => {
    assert.equal(formatDuration(milliseconds), text)
  })
}
