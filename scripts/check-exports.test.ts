import assert from 'node:assert/strict'
import test from 'node:test'
import { manifestViolations } from './exports/manifest.ts'
import { packedViolations } from './exports/packed.ts'

const DOOR = { 'ts-bitswap:source': './src/a/index.ts', types: './dist/a/index.d.ts', default: './dist/a/index.js' }
const always = (): boolean => true

test('a door whose source, types and code are there passes', () => {
  assert.deepEqual(manifestViolations({ name: 'x', exports: { './a': DOOR }, bin: { x: './bin/x.js' } }, always), [])
})

test('a door to a file that is not there is found, for every condition', () => {
  for (const path of Object.values(DOOR)) {
    assert.deepEqual(manifestViolations({ name: 'x', exports: { './a': DOOR } }, other => other !== path), [`./a leads to ${path}, which is not there`])
  }
})

test('types that belong to another source are found', () => {
  const exports = { './a': { ...DOOR, types: './dist/b/index.d.ts' } }

  assert.deepEqual(manifestViolations({ name: 'x', exports }, always), ['./a has ./dist/b/index.d.ts as types, and ./src/a/index.ts becomes ./dist/a/index.d.ts'])
})

test('conditions that are missing or in another order are found', () => {
  const { default: code, ...rest } = DOOR

  assert.equal(manifestViolations({ name: 'x', exports: { './a': rest } }, always).length, 1)
  assert.equal(manifestViolations({ name: 'x', exports: { './a': { default: code, ...rest } } }, always).length, 1)
})

test('a command that is not there is found', () => {
  assert.deepEqual(manifestViolations({ name: 'x', bin: { x: './bin/x.js' } }, () => false), ['the command x leads to ./bin/x.js, which is not there'])
})

const PACKED: readonly string[] = [
  'package.json', 'LICENSE-MIT', 'LICENSE-APACHE', 'README.md', 'bin/x.js',
  'src/a.ts', 'dist/a.js', 'dist/a.d.ts', 'dist/a.js.map', 'dist/a.d.ts.map'
]

test('a package with its code, types, maps, sources, command and licences passes', () => {
  assert.deepEqual(packedViolations(PACKED, ['src/a.ts'], ['bin/x.js']), [])
})

test('whatever is missing in a package is found', () => {
  for (const path of PACKED.filter(name => name !== 'README.md')) {
    assert.deepEqual(packedViolations(PACKED.filter(other => other !== path), ['src/a.ts'], ['bin/x.js']), [`${path} is not packed`])
  }
})

test('tests, settings and leftovers of an earlier build do not belong in a package', () => {
  for (const path of ['src/a.test.ts', 'test/a.ts', 'tsconfig.json', 'dist/x.tsbuildinfo', '.npmrc']) {
    assert.ok(packedViolations([...PACKED, path], ['src/a.ts'], []).includes(`${path} is packed`), path)
  }

  assert.deepEqual(packedViolations([...PACKED, 'dist/old.js'], ['src/a.ts'], []), ['dist/old.js is packed and comes from no source'])
})
