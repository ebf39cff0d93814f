import assert from 'node:assert/strict'
import test from 'node:test'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { cidOf, wantBlock } from '../../test/support/serving.ts'
import { cidKey } from '../message/cid-key.ts'
import { encodeMessage } from '../message/codec.ts'
import { MAX_MESSAGE_SIZE } from '../message/limits.ts'
import type { Block } from '../message/message.ts'
import { peerIdFromSeed } from '../testing/peer-ids.ts'
import { Account } from './account.ts'
import { MAX_SENDABLE_BLOCK, packEnvelope } from './envelope.ts'
import { RequestQueue } from './request-queue.ts'
import { cidOfRequest, createRequest } from './request.ts'

const account = new Account(peerIdFromSeed(1), 10, { bytes: 0 })

function readyOf (sizes: number[], cid: (seed: number) => CID = cidOf): RequestQueue {
  const ready = new RequestQueue()

  sizes.forEach((size, order) => {
    const request = createRequest(account, cidKey(cid(order)), wantBlock(cid(order)), order)
    request.bytes = new Uint8Array(size)
    ready.push(request, size)
  })

  return ready
}

function sizesOf (blocks: Block[]): number[] {
  return blocks.map(({ bytes }) => bytes.byteLength)
}

function encodedSizeOf (blocks: Block[]): number {
  return encodeMessage({ full: false, wants: [], cancels: [], blocks, presences: [], pendingBytes: 0x7fff_ffff }, 'v1').byteLength
}

test('blocks go together up to the target, to the byte', () => {
  const ready = readyOf([40, 60, 1])

  assert.deepEqual(sizesOf(packEnvelope(ready, 100).blocks), [40, 60])
  assert.deepEqual(sizesOf(packEnvelope(ready, 100).blocks), [1])
  assert.deepEqual(packEnvelope(ready, 100).blocks, [])
  assert.deepEqual(sizesOf(packEnvelope(readyOf([40, 61]), 100).blocks), [40])
})

test('a block larger than the target travels alone, whatever comes before and after', () => {
  const ready = readyOf([1, 101, 1])

  assert.deepEqual([1, 2, 3].map(() => sizesOf(packEnvelope(ready, 100).blocks)), [[1], [101], [1]])
})

test('requests and blocks are in the same order, and gone from the queue', () => {
  const ready = readyOf([1, 2, 3])
  const { requests, blocks } = packEnvelope(ready, 100)

  assert.deepEqual(requests.map(({ cid }) => cid), blocks.map(({ cid }) => cid))
  assert.equal(ready.size, 0)
})

test('empty blocks are blocks', () => {
  assert.deepEqual(sizesOf(packEnvelope(readyOf([0, 0]), 1).blocks), [0, 0])
})

test('the largest block there may be fits into a message, even with the longest CID', () => {
  const longest = CID.createV1(0x1_ffff_ffff_ffff, Digest.create(0x1_ffff_ffff_ffff, new Uint8Array(128)))
  const [block] = packEnvelope(readyOf([MAX_SENDABLE_BLOCK], () => longest), 1).blocks as [Block]

  assert.ok(encodedSizeOf([block]) <= MAX_MESSAGE_SIZE)
  assert.ok(encodedSizeOf([{ ...block, bytes: new Uint8Array(MAX_SENDABLE_BLOCK + 128) }]) > MAX_MESSAGE_SIZE, 'little is given away')
})

test('a message stays within 4 MiB, however small its blocks and large its target', () => {
  const ready = readyOf(Array.from({ length: 1100 }, () => 4000))
  const first = packEnvelope(ready, MAX_SENDABLE_BLOCK)
  const next = ready.peek()

  assert.ok(encodedSizeOf(first.blocks) <= MAX_MESSAGE_SIZE)
  assert.ok(next?.bytes != null)
  assert.ok(encodedSizeOf([...first.blocks, { cid: cidOfRequest(next), bytes: next.bytes }]) > MAX_MESSAGE_SIZE || first.blocks.length * 4000 + 4000 > MAX_SENDABLE_BLOCK)
})
