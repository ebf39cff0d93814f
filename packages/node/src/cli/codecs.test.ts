import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecCode } from './codecs.ts'

test('codecs have the numbers of the multicodec table', () => {
  assert.equal(codecCode('raw'), 0x55)
  assert.equal(codecCode('dag-pb'), 0x70)
  assert.equal(codecCode('dag-cbor'), 0x71)
})

test('what is no codec is refused, and it is said what there is', () => {
  for (const name of ['', 'nope', 'toString']) {
    assert.throws(() => codecCode(name), { name: 'InvalidArgumentError', value: name, message: /there is raw, dag-pb/ })
  }
})
