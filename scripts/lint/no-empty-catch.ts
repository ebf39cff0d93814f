/**
 * No empty `catch`, comment or not: what is caught is handled, wrapped, or
 * counted and logged. The linter's own `no-empty` lets a comment pass.
 */
import type { Rule } from './rule.ts'

export const noEmptyCatch: Rule = {
  meta: {
    type: 'problem',
    messages: { empty: 'an empty catch swallows the error: handle it, wrap it, or count and log it' }
  },

  create (context) {
    return {
      CatchClause (node) {
        if (node.body.body.length === 0) {
          context.report({ node, messageId: 'empty' })
        }
      },

      CallExpression (node) {
        const { callee, arguments: [handler] } = node
        const isCatch = callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && callee.property.name === 'catch'

        if (isCatch && handler?.type === 'ArrowFunctionExpression' && handler.body.type === 'BlockStatement' && handler.body.body.length === 0) {
          context.report({ node: handler, messageId: 'empty' })
        }
      }
    }
  }
}
