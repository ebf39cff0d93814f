/** The types of lint rules, which the linter's own types keep to themselves. */
import type { RuleTester } from 'oxlint/plugins-dev'

type AnyRule = Parameters<RuleTester['run']>[1]

/** A rule that is built anew for each file. */
export type Rule = Exclude<AnyRule, { createOnce: unknown }>

export type Context = Parameters<Rule['create']>[0]

type Visitors = ReturnType<Rule['create']>

export type CallExpression = Parameters<NonNullable<Visitors['CallExpression']>>[0]
