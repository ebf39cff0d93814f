/**
 * The few lint rules of our own, loaded by the linter (`.oxlintrc.json`). Only
 * what no rule of the linter or of the style plugin covers; what needs more
 * than one file at a time belongs in one of the `check-*` scripts.
 */
import type { Rule } from './rule.ts'
import { methodSignatureSpacing } from './method-signature-spacing.ts'
import { noEmptyCatch } from './no-empty-catch.ts'
import { noUnfinishedTests } from './no-unfinished-tests.ts'

const plugin: { meta: { name: string }, rules: Record<string, Rule> } = {
  meta: { name: 'ours' },
  rules: {
    'method-signature-spacing': methodSignatureSpacing,
    'no-empty-catch': noEmptyCatch,
    'no-unfinished-tests': noUnfinishedTests
  }
}

export default plugin
