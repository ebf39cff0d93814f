/**
 * A space before the parameters of a method in an interface or type, as
 * everywhere else: the style plugin looks at functions with bodies only.
 */
import type { Rule } from './rule.ts'

export const methodSignatureSpacing: Rule = {
  meta: {
    type: 'layout',
    fixable: 'whitespace',
    messages: { missing: 'missing space before the parameters of a method signature' }
  },

  create (context) {
    const source = context.sourceCode

    return {
      TSMethodSignature (node) {
        // a computed key may contain parentheses itself: search behind it
        const before = node.typeParameters ?? node.key
        const paren = source.getTokenAfter(before, token => token.value === '(')
        const left = paren == null ? null : source.getTokenBefore(paren)

        if (paren == null || left == null || left.end < paren.start) {
          return
        }

        context.report({
          node: paren,
          messageId: 'missing',
          fix: fixer => fixer.insertTextBefore(paren, ' ')
        })
      }
    }
  }
}
