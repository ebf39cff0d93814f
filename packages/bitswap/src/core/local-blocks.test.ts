import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { foreignPromise } from '../../test/support/foreign-promise.ts'
import { silentLogger } from '../testing/silent-logger.ts'
import { LocalBlocks } from './local-blocks.ts'

const [here, elsewhere] = ['here', 'elsewhere'].map(name => CID.createV1(0x55, identity.digest(new TextEncoder().encode(name)))) as [CID, CID]
const BYTES = Uint8Array.of(1)
const log = silentLogger().forComponent('test')

class Store {
  readonly calls: string[] = []
  readonly #later: <T>(value: T) => T

  /** @param later - what its `has` returns in place of a boolean */
  constructor (later: <T>(value: T) => T = value => value) {
    this.#later = later
  }

  has (cid: CID): boolean {
    this.calls.push('has')

    return this.#later(cid.equals(here))
  }

  * get (cid: CID): Generator<Uint8Array> {
    this.calls.push('get')

    if (!cid.equals(here)) {
      throw Object.assign(new Error('no'), { name: 'NotFoundError' })
    }

    yield BYTES
  }
}

test('a store that answers at once is not asked for what it lacks', () => {
  const store = new Store()
  const blocks = new LocalBlocks(store, log)

  assert.equal(blocks.read(elsewhere), undefined)
  assert.deepEqual(store.calls, ['has'])
  assert.equal(blocks.read(here), BYTES)
  assert.deepEqual(store.calls, ['has', 'has', 'get'])
})

test('one that takes its time is asked once for each block, but for the first', () => {
  for (const later of [async (value: unknown) => value, foreignPromise, async () => { throw new Error('closed') }]) {
    const store = new Store(later as never)
    const blocks = new LocalBlocks(store, log)

    assert.equal(blocks.read(here), BYTES)
    assert.equal(blocks.read(elsewhere), undefined)
    assert.deepEqual(store.calls, ['has', 'get', 'get'])
  }
})

test('what the store fails with is what one gets', () => {
  const store = { has: () => { throw new Error('disk') }, get: new Store().get }

  assert.throws(() => new LocalBlocks(store, log).read(here), /disk/)
})
