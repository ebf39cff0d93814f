import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cidsOf } from '../../test/support/providing.ts'
import { cidOfKey } from '../message/cid-key.ts'
import { ProvideEntry } from './provide-entry.ts'
import { ProvideKind } from './provide-store.ts'
import { changeOf, UnsavedChanges } from './unsaved-changes.ts'

const [cid] = cidsOf(1, 1)
const entry = new ProvideEntry(cid ?? assert.fail(), ProvideKind.Swept, 0)
const place = (): { phase: number, ago: number, strategy: string } => ({ phase: 0.5, ago: 0, strategy: 'all' })

test('what was to be struck off and is brought again by the sweep before that is kept', () => {
  const unsaved = new UnsavedChanges(10)

  unsaved.delete(entry.key)
  unsaved.sweep({ entries: [entry], place })
  const { put, delete: deleted, sweep } = changeOf(unsaved.take(), 5, cidOfKey)

  assert.deepEqual([put.map(({ kind, waited }) => [kind, waited]), deleted, sweep?.phase], [[['swept', 5]], [], 0.5])
  assert.equal(unsaved.size, 0)
})

test('what the sweep brought and is announced before it is kept is struck off', () => {
  const unsaved = new UnsavedChanges(10)

  unsaved.sweep({ entries: [entry], place })
  unsaved.delete(entry.key)
  const { put, delete: deleted } = changeOf(unsaved.take(), 0, cidOfKey)

  assert.deepEqual([put.length, deleted.length], [0, 1])
})
