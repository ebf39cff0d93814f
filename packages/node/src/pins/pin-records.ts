/**
 * The pins as they are kept in the datastore of the repo, one record each:
 *
 *     /pins/<multihash, base32>/<codec, hex>  {"cid":"bafy…","type":"recursive","name":"…"}
 *
 * So a graph is pinned once, by whichever version of its CID; bytes that may be
 * read as several codecs are several graphs.
 */
import { Key } from 'interface-datastore/key'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import { DamagedPinError } from './errors.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'

const PREFIX = '/pins'

export type PinType = 'recursive' | 'direct'

export interface PinRecord {
  /** As it was pinned. */
  cid: CID
  type: PinType
  name?: string
}

export type PinDatastore = Pick<Datastore, 'has' | 'get' | 'put' | 'delete' | 'query'>

export class PinRecords {
  readonly #datastore: PinDatastore

  constructor (datastore: PinDatastore) {
    this.#datastore = datastore
  }

  /** @throws DamagedPinError */
  async get (cid: CID, options?: AbortOptions): Promise<PinRecord | undefined> {
    const key = keyOf(cid)

    return await this.#datastore.has(key, options) ? decode(key, await this.#datastore.get(key, options)) : undefined
  }

  async put (record: PinRecord, options?: AbortOptions): Promise<void> {
    await this.#datastore.put(keyOf(record.cid), encode(record), options)
  }

  async delete (cid: CID, options?: AbortOptions): Promise<void> {
    await this.#datastore.delete(keyOf(cid), options)
  }

  /**
   * All, in the order of their multihashes.
   *
   * @throws DamagedPinError, unless `onDamaged` is told of it, and it is passed over
   */
  async * all ({ onDamaged, ...options }: AbortOptions & { onDamaged?: (error: DamagedPinError) => void } = {}): AsyncGenerator<PinRecord> {
    for await (const { key, value } of this.#datastore.query({ prefix: `${PREFIX}/` }, options)) {
      const record = tryDecode(key, value)

      if (!(record instanceof DamagedPinError)) {
        yield record
      } else if (onDamaged == null) {
        throw record
      } else {
        onDamaged(record)
      }
    }
  }

  /** Those of a block, whatever it is read as. */
  async * ofBlock (cid: CID, options?: AbortOptions): AsyncGenerator<PinRecord> {
    for await (const { key, value } of this.#datastore.query({ prefix: `${keyOf(cid).parent().toString()}/` }, options)) {
      yield decode(key, value)
    }
  }
}

function keyOf (cid: CID): Key {
  return new Key(`${PREFIX}/${base32.encode(cid.multihash.bytes)}/${cid.code.toString(16)}`)
}

function encode ({ cid, type, name }: PinRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ cid: cid.toString(), type, name }))
}

function decode (key: Key, bytes: Uint8Array): PinRecord {
  const record = tryDecode(key, bytes)

  if (record instanceof DamagedPinError) {
    throw record
  }

  return record
}

function tryDecode (key: Key, bytes: Uint8Array): PinRecord | DamagedPinError {
  try {
    const { cid, type, name } = JSON.parse(new TextDecoder().decode(bytes)) as { cid: string, type: unknown, name?: unknown }

    if (type !== 'recursive' && type !== 'direct') {
      throw new TypeError('it is of no known type')
    }

    return { cid: CID.parse(cid), type, ...typeof name === 'string' ? { name } : {} }
  } catch (error) {
    return new DamagedPinError(key.toString(), { cause: error })
  }
}
