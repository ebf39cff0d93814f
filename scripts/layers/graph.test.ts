import assert from 'node:assert/strict'
import test from 'node:test'
import { parseSource } from '../source/source.ts'
import { cycles, resolveRelative } from './graph.ts'

test('a relative specifier means a path, a package means none', () => {
  assert.equal(resolveRelative('a/b/c.ts', './d.ts'), 'a/b/d.ts')
  assert.equal(resolveRelative('a/b/c.ts', '../d/e.ts'), 'a/d/e.ts')
  assert.equal(resolveRelative('a/b/c.ts', 'multiformats/cid'), undefined)
  assert.equal(resolveRelative('a/b/c.ts', 'node:fs'), undefined)
})

test('a cycle over three files is found once, with its path', () => {
  const sources = [
    parseSource('a.ts', "import { b } from './b.ts'"),
    parseSource('b.ts', "export * from './c.ts'"),
    parseSource('c.ts', "await import('./a.ts')"),
    parseSource('d.ts', "import './a.ts'")
  ]

  assert.deepEqual(cycles(sources), [['a.ts', 'b.ts', 'c.ts', 'a.ts']])
})

test('two files that import the same third are no cycle, nor are types alone', () => {
  const sources = [
    parseSource('a.ts', "import './c.ts'"),
    parseSource('b.ts', "import './a.ts'\nimport './c.ts'"),
    parseSource('c.ts', "import type { A } from './a.ts'\nimport { type B } from './b.ts'")
  ]

  assert.deepEqual(cycles(sources), [])
})
