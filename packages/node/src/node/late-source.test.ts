import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CorruptBlockError, BlockMissingError } from '../errors.ts'
import { someBlock } from '../../test/blocks.ts'
import { LateSource } from './late-source.ts'
import type { BlockSource } from './block-source.ts'
import type { CID } from 'multiformats/cid'

const HERE = new Uint8Array([1])
const THERE = new Uint8Array([2])

interface Setup {
  cid: CID
  source: LateSource
  /** Times it was opened. */
  opened: () => number
}

async function setUp (missing: (cid: CID) => Error | undefined, open?: () => Promise<BlockSource>): Promise<Setup> {
  const { cid } = await someBlock(10)
  let count = 0
  const local: BlockSource = {
    read: async cid => {
      const error = missing(cid)

      if (error != null) {
        throw error
      }

      return HERE
    },
    close: () => {}
  }
  const source = new LateSource(local, async () => {
    count++

    return await (open?.() ?? Promise.resolve({ read: async () => THERE, close: () => {} }))
  })

  return { cid, source, opened: () => count }
}

test('what is here is read, and nothing is opened for it', async () => {
  const { cid, source, opened } = await setUp(() => undefined)

  assert.equal(await source.read(cid), HERE)
  assert.equal(opened(), 0)
})

test('what is missing or damaged comes from what is opened then, once', async () => {
  for (const error of [(cid: CID) => new BlockMissingError(cid, ''), (cid: CID) => new CorruptBlockError(cid, 'file')]) {
    const { cid, source, opened } = await setUp(error)

    assert.deepEqual(await Promise.all([source.read(cid), source.read(cid)]), [THERE, THERE])
    assert.equal(await source.read(cid), THERE)
    assert.equal(opened(), 1)
  }
})

test('any other failure of the repo is told, and nobody is asked', async () => {
  const { cid, source, opened } = await setUp(() => new Error('the disk is gone'))

  await assert.rejects(source.read(cid), { message: 'the disk is gone' })
  assert.equal(opened(), 0)
})

test('what cannot be opened is the failure of every read', async () => {
  const { cid, source, opened } = await setUp(cid => new BlockMissingError(cid, ''), async () => { throw new Error('no network') })

  await assert.rejects(source.read(cid), { message: 'no network' })
  await assert.rejects(source.read(cid), { message: 'no network' })
  assert.equal(opened(), 1)
})
