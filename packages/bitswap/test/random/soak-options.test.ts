import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSoakOptions, UsageError } from './soak-options.ts'

test('many seeds, from the first on, in two processes at most unless it is said otherwise', () => {
  const { jobs, ...options } = parseSoakOptions(['--seeds', '20']) as ReturnType<typeof parseSoakOptions> & { jobs: number }

  assert.deepEqual(options, { from: 1, seeds: 20, minutes: undefined })
  assert.equal(jobs === 1 || jobs === 2, true)
  assert.deepEqual(parseSoakOptions(['--minutes', '5', '--from', '7', '--jobs', '64']), { from: 7, seeds: undefined, minutes: 5, jobs: 64 })
})

test('one seed again, or a part of its actions', () => {
  assert.deepEqual(parseSoakOptions(['--seed', '3', '--actions', '0', '--trace']), { seed: 3, actions: 0, only: undefined, noLimits: false, trace: true, shrink: false })
  assert.deepEqual(parseSoakOptions(['--seed', '3', '--only', '1,12', '--no-limits', '--shrink']), { seed: 3, actions: undefined, only: [1, 12], noLimits: true, trace: false, shrink: true })
})

test('kills, and nothing else', () => {
  assert.deepEqual(parseSoakOptions(['--kills']), { kills: true })
})

test('what cannot be meant is refused in one line', () => {
  const refused: Array<[string[], RegExp]> = [
    [[], /^neither --seed nor --seeds nor --minutes$/],
    [['--seeds', 'many'], /^--seeds takes a whole number from 1 to 4294967295, not "many"$/],
    [['--seeds', '-1'], /--seeds/],
    [['--seed', '4294967296'], /^--seed takes a whole number from 0 to 4294967295/],
    [['--seed', '3', '--jobs', '2'], /^--jobs does not go with --seed$/],
    [['--seed', '3', '--actions', '2', '--only', '1'], /^either --actions or --only$/],
    [['--seed', '3', '--only', '1,,2'], /^--only takes a whole number from 0, not ""$/],
    [['--seeds', '3', '--trace'], /^--trace goes with --seed$/],
    [['--seeds', '3', '--no-limits'], /^--no-limits goes with --seed$/],
    [['--seeds', '3', '--jobs', '65'], /^--jobs takes a whole number from 1 to 64/],
    [['--seeds', '0'], /^--seeds takes a whole number from 1/],
    [['--minutes', '0'], /^--minutes takes a whole number from 1/],
    [['--from', '4294967295', '--seeds', '2'], /^--seeds takes a whole number from 1 to 1,/],
    [['--sed', '3'], /^Unknown option '--sed'/],
    [['--kills', '--seeds', '3'], /^--seeds does not go with --kills$/],
    [['3'], /^Unexpected argument '3'/]
  ]

  for (const [argv, message] of refused) {
    assert.throws(() => parseSoakOptions(argv), error => error instanceof UsageError && message.test(error.message) && !error.message.includes('\n'), argv.join(' '))
  }
})
