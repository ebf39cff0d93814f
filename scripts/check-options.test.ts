import assert from 'node:assert/strict'
import test from 'node:test'
import { checkOptions } from './check-options.ts'
import { defaultsName } from './options/init.ts'
import { parseSource } from './source/source.ts'

const OPTIONS = `
export interface ScoreLedgerInit {
  /**
   * How long, in milliseconds.
   *
   * @default 5000
   */
  idleTimeout?: number

  /** @default undefined */
  filter?: (cid: CID) => boolean
}
`
const READER = parseSource('packages/x/src/server/a.ts', 'use(options.idleTimeout)\nconst { filter } = options')

function messages (text: string, defaults: object, readers = [READER]): string[] {
  const source = parseSource('packages/x/src/server/options.ts', text)

  return checkOptions({ source, exports: { SCORE_LEDGER_DEFAULTS: defaults } }, readers).map(({ line, message }) => `${line} ${message}`)
}

test('the defaults of an Init have its name in capitals', () => {
  assert.equal(defaultsName('ClientInit'), 'CLIENT_DEFAULTS')
  assert.equal(defaultsName('ScoreLedgerInit'), 'SCORE_LEDGER_DEFAULTS')
})

test('options that are documented, used and read pass', () => {
  assert.deepEqual(messages(OPTIONS, { idleTimeout: 5_000, filter: undefined }), [])
})

test('a default that drifted from its documentation is found', () => {
  assert.deepEqual(messages(OPTIONS, { idleTimeout: 6_000, filter: undefined }), ['8 idleTimeout documents the default 5000, and 6000 is used'])
  assert.deepEqual(messages(OPTIONS, { filter: undefined }), ['8 idleTimeout has no default in use'])
})

test('an undocumented default is found, also when @default is not the last line', () => {
  const defaults = { idleTimeout: 5_000, filter: undefined }

  assert.deepEqual(messages(OPTIONS.replace('@default 5000', ''), defaults), ['8 idleTimeout does not end its docstring with @default'])
  assert.deepEqual(messages(OPTIONS.replace('@default 5000', '@default 5000\n   * and more'), defaults), ['9 idleTimeout does not end its docstring with @default'])
})

test('a default in words is found', () => {
  assert.match(messages(OPTIONS.replace('5000', 'five seconds'), { idleTimeout: 5_000, filter: undefined })[0] ?? '', /which is no value/)
})

test('lists and texts are compared by value', () => {
  const text = OPTIONS.replace('5000', "['/a', { b: -1 }]")

  assert.deepEqual(messages(text, { idleTimeout: ['/a', { b: -1 }], filter: undefined }), [])
  assert.equal(messages(text, { idleTimeout: ['/a', { b: 1 }], filter: undefined }).length, 1)
})

test('a function is documented by its name', () => {
  const text = OPTIONS.replace('@default undefined', '@default allowAll')
  const allowAll = (): boolean => true
  const allowNone = (): boolean => false

  assert.deepEqual(messages(text, { idleTimeout: 5_000, filter: allowAll }), [])
  assert.equal(messages(text, { idleTimeout: 5_000, filter: allowNone }).length, 1)
})

test('an option nothing reads is found: reading it in a test or in options.ts does not count', () => {
  const readers = [
    parseSource('packages/x/src/server/a.ts', 'use(options.filter, idleTimeout)'),
    parseSource('packages/x/src/server/a.test.ts', 'use(options.idleTimeout)'),
    parseSource('packages/x/src/server/options.ts', 'use(options.idleTimeout)')
  ]

  assert.deepEqual(messages(OPTIONS, { idleTimeout: 5_000, filter: undefined }, readers), ['8 idleTimeout is read by nothing outside options.ts'])
})

test('an Init without defaults is found, one of groups only needs none', () => {
  const source = parseSource('packages/x/src/options.ts', 'interface BitswapInit { client?: ClientInit | false }\ninterface SomeInit { a?: number }')

  assert.deepEqual(checkOptions({ source, exports: {} }, []).map(({ message }) => message), ['SomeInit has no SOME_DEFAULTS'])
})
