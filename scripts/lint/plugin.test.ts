import { RuleTester } from 'oxlint/plugins-dev'
import { methodSignatureSpacing } from './method-signature-spacing.ts'
import { noEmptyCatch } from './no-empty-catch.ts'
import { noUnfinishedTests } from './no-unfinished-tests.ts'
import { describe, it } from 'node:test'

RuleTester.describe = (text, run) => { describe(text, run) }
RuleTester.it = (text, run) => { it(text, run) }

const tester = new RuleTester({ languageOptions: { parserOptions: { lang: 'ts' } } })

tester.run('a method signature has a space before its parameters', methodSignatureSpacing, {
  valid: [
    'interface A { b (c: number): void, d?: () => void, e<F> (f: F): void }',
    'type A = { [key ()] (): void, (call: string): void, new (call: string): A }'
  ],
  invalid: [
    { code: 'interface A { b(c: number): void }', output: 'interface A { b (c: number): void }', errors: 1 },
    { code: 'interface A { b?(): void }', output: 'interface A { b? (): void }', errors: 1 },
    { code: 'type A = { [key()](): void }', output: 'type A = { [key()] (): void }', errors: 1 },
    { code: 'interface A { e<F>(f: F): void }', output: 'interface A { e<F> (f: F): void }', errors: 1 }
  ]
})

tester.run('a catch is never empty', noEmptyCatch, {
  valid: ['try { a() } catch (error) { log(error) }', 'a().catch(error => { log(error) })', 'try { a() } finally { b() }'],
  invalid: [
    { code: 'try { a() } catch {}', errors: 1 },
    { code: 'try { a() } catch { /* not our business */ }', errors: 1 },
    { code: 'a().catch(() => {})', errors: 1 }
  ]
})

tester.run('a test is never skipped, to be done, or the only one', noUnfinishedTests, {
  valid: ["test('a', () => {})", "test('a', { timeout: 1 }, () => {})", 'array.skip(1)', 'take({ skip: 1 })'],
  invalid: [
    { code: "test.skip('a', () => {})", errors: 1 },
    { code: "describe.only('a', () => {})", errors: 1 },
    { code: "it('a', { todo: true })", errors: 1 }
  ]
})
