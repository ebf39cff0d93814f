/**
 * What must hold of the serving side of an exchange after every step of the
 * clock: who wants what is the same by peer and by block, every request is
 * where its state says, and counts and bytes are what they sum. Nothing is
 * built unless something is wrong; costs the requests of all peers.
 */
import type { Exchange } from '../../bitswap.ts'
import type { ExchangeBooks } from '../../books.ts'
import type { Account } from '../../server/account.ts'
import type { ServerOptions } from '../../server/options.ts'
import type { ServerRun } from '../../server/server-run.ts'
import { accountViolations } from './account-invariants.ts'
import type { AccountTotals } from './account-invariants.ts'
import { peerName } from './names.ts'

/**
 * What does not hold, as sentences. Empty when all is well, and while the
 * exchange is stopped.
 *
 * @param now - on the clock of the exchange
 */
export function serverViolations (exchange: Exchange, now: number): string[] {
  const { books } = exchange
  const { run } = books.server

  if (run == null) {
    return []
  }

  const violations: string[] = []
  const totals: AccountTotals = { requests: 0, most: 0, resting: 0, readyBytes: 0, readingBytes: 0, refusals: 0, exempt: 0 }

  for (const account of run.engine.ledger.byPeer.values()) {
    accountViolations(account, { run, options: books.options.server, totals, violations })
  }

  ledgerViolations(run, books.options.server, totals, violations)
  byteViolations(run, books.options.server, totals, violations)
  restViolations(run, totals, now, violations)
  waitingViolations(run, violations)
  peerViolations(books, exchange.isOnline(), violations)

  return violations
}

/** The two maps are each other's inverse: each request of an account was found by its block, so there must be as many. */
function ledgerViolations ({ engine }: ServerRun, { maxWants }: ServerOptions, totals: AccountTotals, violations: string[]): void {
  const { ledger } = engine
  let byBlock = 0

  for (const found of ledger.byBlock.values()) {
    byBlock += found instanceof Set ? found.size : 1

    if (found instanceof Set && found.size === 0) {
      violations.push('a block is kept that nobody wants')
    }
  }

  if (byBlock !== totals.requests) {
    violations.push(`${totals.requests} requests are kept by peer, ${byBlock} by block`)
  }

  if (ledger.size !== totals.requests) {
    violations.push(`${ledger.size} requests are counted, there are ${totals.requests}`)
  }

  if (ledger.size > maxWants) {
    violations.push(`${ledger.size} requests are kept, over ${maxWants}`)
  }

  if (engine.refusals.count !== totals.refusals) {
    violations.push(`${engine.refusals.count} refusals are counted, there are ${totals.refusals}`)
  }

  if ((ledger.fullest?.requests.size ?? 0) !== totals.most) {
    violations.push(`the peer with the most requests is taken to have ${ledger.fullest?.requests.size ?? 0}, there is one with ${totals.most}`)
  }
}

/**
 * Bytes read ahead stay within `maxReadAhead`, but for: one block of each peer
 * that has nothing else, however large; what blocks read by a guess of their
 * size have over it; as much again once blocks came late; and what is still on
 * the way for peers that have left.
 */
function byteViolations ({ engine, reader }: ServerRun, options: ServerOptions, totals: AccountTotals, violations: string[]): void {
  const ready = engine.readAhead - engine.readingBytes
  const forLeft = engine.readingBytes - totals.readingBytes
  const bound = options.maxReadAhead * (reader.hasBeenOverdue ? 2 : 1) + totals.exempt + forLeft

  if (ready !== totals.readyBytes) {
    violations.push(`${ready} bytes are counted as read ahead, the requests that are ready have ${totals.readyBytes}`)
  }

  if (forLeft < 0) {
    violations.push(`${engine.readingBytes} bytes are on their way from the store, the peers count ${totals.readingBytes}`)
  }

  if (reader.running + reader.overdue === 0 && engine.readingBytes !== 0) {
    violations.push(`${engine.readingBytes} bytes are on their way from a store that is not asked for any`)
  }

  if (reader.running > options.maxConcurrentReads) {
    violations.push(`the store is asked ${reader.running} things at once, over ${options.maxConcurrentReads}`)
  }

  if (reader.overdue > options.maxConcurrentReads) {
    violations.push(`the store takes too long for ${reader.overdue} things, over ${options.maxConcurrentReads}`)
  }

  if (engine.readAhead > bound) {
    violations.push(`${engine.readAhead} bytes are read ahead, over ${bound}`)
  }
}

/** Those the store failed for are asked about again in time. */
function restViolations ({ engine: { resting }, queries }: ServerRun, totals: AccountTotals, now: number, violations: string[]): void {
  const next = resting.next()

  if (resting.size !== totals.resting) {
    violations.push(`${resting.size} requests wait for another attempt, ${totals.resting} rest`)
  }

  if (next != null && next < now) {
    violations.push(`a request was to be asked about again at ${next}, it is ${now}`)
  }

  if (next != null && queries.retryAt > next) {
    violations.push(`a request is to be asked about again at ${next}, and the timer goes off at ${queries.retryAt}`)
  }
}

/** Nobody waits on behalf of a peer that has left, or for answers that do not come. */
function waitingViolations ({ engine, lane, queries }: ServerRun, violations: string[]): void {
  const isKnown = (account: Account): boolean => account.open && engine.ledger.byPeer.get(account.id) === account

  for (const account of lane.waiting) {
    if (!isKnown(account)) {
      violations.push(`a message for ${peerName(account.id)} is waited for, which has left`)
    } else if (account.ready.size === 0 && account.reads === 0 && account.queued.size > 0) {
      violations.push(`a message for ${peerName(account.id)} is waited for, and none of its ${account.queued.size} blocks is read`)
    }
  }

  for (const account of queries.waiting) {
    if (!isKnown(account) || account.asking === 0) {
      violations.push(`a message of ${peerName(account.id)} waits for the store, which is not asked for it`)
    }
  }
}

/** Accounts are of those who are connected. */
function peerViolations ({ server, peers }: ExchangeBooks, isOnline: boolean, violations: string[]): void {
  const byPeer = server.run?.engine.ledger.byPeer

  if (byPeer == null || !isOnline) {
    return
  }

  for (const key of byPeer.keys()) {
    if (peers.get(key)?.reported !== true) {
      violations.push(`${peerName(key)} has an account, and is not connected`)
    }
  }

  for (const [key, { reported }] of peers) {
    if (reported && !byPeer.has(key)) {
      violations.push(`${peerName(key)} is connected, and has no account`)
    }
  }
}
