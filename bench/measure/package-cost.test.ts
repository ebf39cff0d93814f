import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadedAtStart } from './package-cost.ts'

const NOTHING = { bytes: 0, inputs: {}, exports: [] }

test('what is imported at once counts, over several files and in a circle; what is imported when it is used does not', () => {
  const loaded = loadedAtStart({
    'entry.js': { ...NOTHING, imports: [{ path: 'shared.js', kind: 'import-statement' }, { path: 'late.js', kind: 'dynamic-import' }] },
    'shared.js': { ...NOTHING, imports: [{ path: 'deep.js', kind: 'import-statement' }] },
    'deep.js': { ...NOTHING, imports: [{ path: 'entry.js', kind: 'import-statement' }] },
    'late.js': { ...NOTHING, imports: [{ path: 'later.js', kind: 'import-statement' }] },
    'later.js': { ...NOTHING, imports: [] }
  }, 'entry.js')

  assert.deepEqual([...loaded], ['entry.js', 'shared.js', 'deep.js'])
})
