import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keys, Table } from '../../test/planner-table.ts'
import { settled } from '../../test/fake-libp2p.ts'
import { FailFast } from './fail-fast.ts'
import type { ClientOptions } from './options.ts'
import type { SessionState } from './session-state.ts'
import { Waiters } from './waiters.ts'
import type { Waiter } from './waiters.ts'
import type { Want } from './want.ts'

class Setup {
  readonly table: Table
  readonly waiters: Waiters = new Waiters()
  /** How often it was asked who is connected, and what it waits for. */
  asked = 0
  identified: PromiseWithResolvers<void> | undefined = Promise.withResolvers()
  readonly failed: string[] = []
  readonly left: SessionState[] = []
  readonly #failFast: FailFast

  constructor (options: Partial<ClientOptions> = {}) {
    this.table = new Table(options)
    this.#failFast = new FailFast({
      waiters: this.waiters,
      clock: { now: () => this.table.now },
      peers: this.table.planner.peers,
      network: {
        peersIdentified: () => {
          this.asked++

          return this.identified?.promise
        }
      }
    })
  }

  /** Somebody wants block 0. */
  caller (name: string, session: SessionState = this.table.session(), failFast: boolean = true): void {
    const waiter: Waiter = {
      cid: this.want?.cid ?? (() => {
        this.table.want(session, 0)

        return (this.want as Want).cid
      })(),
      session,
      maxSize: 100,
      failFast,
      onlyProviders: false,
      onProgress: undefined,
      arrived: () => assert.fail('no block came'),
      failed: error => { this.failed.push(`${name}: ${error.name}`) }
    }

    this.table.want(session, 0)
    this.waiters.add(keys[0] as string, waiter)
  }

  get want (): Want | undefined {
    return this.table.state(0)
  }

  /** As `caller`, counting how often it is looked at whether they fail fast, or of which session they are. */
  countedCallers (count: number, failFast: boolean): { looks: number } {
    const counted = { looks: 0 }
    const session = this.table.session()

    this.table.want(session, 0)

    for (let i = 0; i < count; i++) {
      this.waiters.add(keys[0] as string, {
        cid: (this.want as Want).cid,
        get session () { counted.looks++; return session },
        get failFast () { counted.looks++; return failFast },
        maxSize: 100,
        onlyProviders: false,
        onProgress: undefined,
        arrived: () => assert.fail('no block came'),
        failed: error => { this.failed.push(error.name) }
      })
      this.unavailable()
    }

    return counted
  }

  unavailable (): void {
    this.#failFast.unavailable(this.want ?? assert.fail('it is wanted'), sessions => { this.left.push(...sessions) })?.catch(assert.fail)
  }

  async allIdentified (): Promise<void> {
    this.identified?.resolve()
    this.identified = undefined
    await settled()
  }
}

test('with nobody left, who would rather fail is rejected at once, and nobody else', () => {
  const setup = new Setup()
  const session = setup.table.session()

  setup.identified = undefined
  setup.caller('fails', session)
  setup.caller('waits', session, false)
  setup.unavailable()
  assert.deepEqual(setup.failed, ['fails: BlockUnavailableError'])
  assert.deepEqual(setup.left, [session])
  assert.equal(setup.waiters.of(keys[0] as string).length, 1)
})

test('a peer that has not said what it speaks is waited for, by each caller once', async () => {
  const setup = new Setup()

  setup.caller('first')
  setup.unavailable()
  setup.unavailable()
  assert.deepEqual([setup.failed, setup.asked], [[], 1])
  await setup.allIdentified()
  assert.deepEqual(setup.failed, ['first: BlockUnavailableError'])

  setup.identified = Promise.withResolvers()
  setup.caller('second')
  setup.unavailable()
  assert.deepEqual([setup.failed.length, setup.asked], [1, 2])
})

test('who has waited is not made to wait by those who come later', async () => {
  const setup = new Setup()

  setup.caller('first')
  setup.unavailable()

  // the first to be identified is asked; it does not have it, and meanwhile another has connected
  const peer = setup.table.connect(1)
  setup.table.told(peer)
  await setup.allIdentified()
  assert.deepEqual(setup.failed, [])
  setup.identified = Promise.withResolvers()
  setup.caller('second')
  setup.table.dontHave(peer, 0)
  setup.unavailable()
  assert.deepEqual(setup.failed, ['first: BlockUnavailableError'])
  await setup.allIdentified()
  assert.deepEqual(setup.failed, ['first: BlockUnavailableError', 'second: BlockUnavailableError'])
})

test('what is asked of somebody by then is not unavailable', async () => {
  const setup = new Setup()

  setup.caller('first')
  setup.unavailable()
  setup.table.connect(1)
  await setup.allIdentified()
  assert.equal(setup.want?.state, 'asked')
  assert.deepEqual([setup.failed, setup.left], [[], []])
})

test('a session that asks its own peers alone waits for no others, and who has left is not rejected', async () => {
  const setup = new Setup()

  setup.caller('exclusive', setup.table.session(true))
  setup.unavailable()
  assert.deepEqual([setup.failed, setup.asked], [['exclusive: BlockUnavailableError'], 0])

  setup.caller('leaves')
  setup.unavailable()
  setup.waiters.takeAll()
  await setup.allIdentified()
  assert.equal(setup.failed.length, 1)
  assert.deepEqual(setup.left.length, 1)
})

test('what a peer that was waited for has no room for yet is not unavailable before it was asked', async () => {
  const setup = new Setup({ maxWantsPerPeer: 2 })
  const { table } = setup
  const session = table.session()
  const refuses = table.connect(1)

  table.want(session, 1, 2)
  table.dontHave(refuses, 1, 2)
  setup.caller('last', session)
  table.dontHave(refuses, 0)
  assert.deepEqual([1, 2, 0].map(block => table.state(block)?.state), ['waiting', 'waiting', 'waiting'])
  setup.unavailable()

  const peer = table.connect(2)
  assert.deepEqual(table.told(peer), ['h1', 'h2'])
  await setup.allIdentified()
  assert.deepEqual([setup.want?.state, setup.failed], ['looking', []])

  table.dontHave(peer, 1, 2)
  table.pass(200)
  assert.deepEqual(table.told(peer).slice(-1), ['h0'])
  table.dontHave(peer, 0)
  setup.unavailable()
  assert.deepEqual(setup.failed, ['last: BlockUnavailableError'])
})

test('thousands who wait, or are put off, are not looked at again as each of them comes', async () => {
  for (const failFast of [false, true]) {
    const setup = new Setup()
    const counted = setup.countedCallers(1000, failFast)

    await setup.allIdentified()
    assert.equal(setup.failed.length, failFast ? 1000 : 0)
    assert.ok(counted.looks < 20_000, `${counted.looks} looks at 1000 callers`)
  }
})
