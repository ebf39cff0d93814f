/**
 * No test that is skipped, to be written, or the only one to run: neither
 * `test.skip(…)` nor `test(…, { skip: true }, …)`.
 */
import type { CallExpression, Context, Rule } from './rule.ts'

const RUNNERS: ReadonlySet<string> = new Set(['test', 'it', 'suite', 'describe'])
const UNFINISHED: ReadonlySet<string> = new Set(['skip', 'todo', 'only'])

type Found = NonNullable<Extract<Parameters<Context['report']>[0], { node: unknown }>['node']>

function nameOf (node: { type: string, name?: unknown }): string {
  return node.type === 'Identifier' ? String(node.name) : ''
}

/** The `skip` of `test.skip(…)`, if there is one. */
function calledOn ({ callee }: CallExpression): Found | undefined {
  if (callee.type !== 'MemberExpression' || !RUNNERS.has(nameOf(callee.object))) {
    return undefined
  }

  return UNFINISHED.has(nameOf(callee.property)) ? callee.property : undefined
}

/** The `skip` of `test(…, { skip: true }, …)`, if there is one. */
function givenTo (call: CallExpression): Found | undefined {
  if (!RUNNERS.has(nameOf(call.callee))) {
    return undefined
  }

  for (const argument of call.arguments) {
    if (argument.type === 'ObjectExpression') {
      return argument.properties.find(property => property.type === 'Property' && UNFINISHED.has(nameOf(property.key)))
    }
  }

  return undefined
}

export const noUnfinishedTests: Rule = {
  meta: {
    type: 'problem',
    messages: { unfinished: 'no test is skipped, to be done, or the only one' }
  },

  create (context) {
    return {
      CallExpression (node) {
        const found = calledOn(node) ?? givenTo(node)

        if (found != null) {
          context.report({ node: found, messageId: 'unfinished' })
        }
      }
    }
  }
}
