/**
 * The globals that would make a run depend on the machine: time, timers and
 * chance are handed in, and what decides uses no arithmetic that differs
 * between engines. Looks at names, not at scopes: a local variable named
 * `performance` is refused as well, and would mislead a reader anyway.
 */
import type { Node } from 'oxc-parser'
import { lineOf, type Source } from '../source/source.ts'
import { walk, type Visit } from '../source/walk.ts'
import type { Violation } from '../violation.ts'
import { isTest } from './layers.ts'

const LIBRARY = 'packages/bitswap/src/'

/** Which folders of the library decide, and so replay in the simulator. */
const DECIDING = /^packages\/bitswap\/src\/(core|client|server|testing)\//

/** The one place that may ask the machine, and its test. */
const CLOCK = /^packages\/bitswap\/src\/core\/clock(\.test)?\.ts$/

const TIME: ReadonlySet<string> = new Set(['Date', 'performance', 'setTimeout', 'setInterval'])

/** Tests run in Node only, and may let it take a turn. */
const HOST: ReadonlySet<string> = new Set(['setImmediate', 'queueMicrotask', 'process', 'Buffer'])
const MEMBERS: ReadonlySet<string> = new Set(['AbortSignal.timeout', 'Math.random', 'crypto.getRandomValues', 'crypto.randomUUID'])

/** ECMA-262 leaves the precision of these to the engine; `Math.sqrt` is exact. */
const INEXACT: ReadonlySet<string> = new Set(
  'acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 hypot log log10 log1p log2 pow sin sinh tan tanh'.split(' ').map(name => `Math.${name}`)
)

interface Rules {
  /** Arithmetic has to be the same everywhere. */
  deciding: boolean
  test: boolean
}

export function forbiddenGlobals (source: Source): Violation[] {
  if (!source.path.startsWith(LIBRARY) || CLOCK.test(source.path)) {
    return []
  }

  const rules = { deciding: DECIDING.test(source.path), test: isTest(source.path) }
  const found: Violation[] = []

  for (const visit of walk(source.program)) {
    const name = nameOf(visit, rules)

    if (name != null) {
      found.push({
        path: source.path,
        line: lineOf(source.text, visit.node.start),
        message: INEXACT.has(name) || name === '**' ? `${name} differs between engines: use a table` : `${name}: time, chance and the host are handed in`
      })
    }
  }

  return found
}

/** The forbidden thing this node is, if it is one. */
function nameOf ({ node, parent }: Visit, { deciding, test }: Rules): string | undefined {
  if (node.type === 'MemberExpression') {
    const name = memberName(node)

    return name != null && (MEMBERS.has(name) || (deciding && INEXACT.has(name))) ? name : undefined
  }

  if ((node.type === 'BinaryExpression' && node.operator === '**') || (node.type === 'AssignmentExpression' && node.operator === '**=')) {
    return deciding ? '**' : undefined
  }

  const forbidden = node.type === 'Identifier' && (TIME.has(node.name) || (!test && HOST.has(node.name)))

  return forbidden && isValue(node, parent) ? node.name : undefined
}

/** `Math.random`, however it is written: `globalThis.Math['random']` too. */
function memberName (node: Extract<Node, { type: 'MemberExpression' }>): string | undefined {
  const { object, property, computed } = node
  const owner = object.type === 'Identifier' ? object.name : object.type === 'MemberExpression' ? propertyName(object.property, object.computed) : undefined
  const name = propertyName(property, computed)

  return owner == null || name == null ? undefined : `${owner}.${name}`
}

function propertyName (property: Node, computed: boolean): string | undefined {
  if (property.type === 'Identifier' && !computed) {
    return property.name
  }

  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined
}

/** False for names that are no values: `a.process`, `{ Date: 1 }`, `let d: Date`, a method called `performance`. */
function isValue (node: Node, parent: Node | undefined): boolean {
  switch (parent?.type) {
    case 'MemberExpression':
      return parent.object === node || parent.computed || (parent.object.type === 'Identifier' && parent.object.name === 'globalThis')
    case 'Property':
      return parent.value === node || parent.computed
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'TSPropertySignature':
    case 'TSMethodSignature':
      return parent.key !== node || parent.computed
    case 'TSTypeReference':
    case 'TSQualifiedName':
      return false
    default:
      return true
  }
}
