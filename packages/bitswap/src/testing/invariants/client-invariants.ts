/**
 * What must hold of the wanting side of an exchange after every step of the
 * clock: its board (`board-invariants.ts`), and that callers, searches, the
 * timer and the network say the same as the board.
 */
import type { Exchange } from '../../bitswap.ts'
import type { ExchangeBooks } from '../../books.ts'
import { WantState } from '../../client/want.ts'
import { boardViolations } from './board-invariants.ts'
import { peerName, wantName } from './names.ts'

/**
 * What does not hold, as sentences. Empty when all is well.
 *
 * @param now - on the clock of the exchange
 */
export function clientViolations (exchange: Exchange, now: number): string[] {
  const { books } = exchange

  return [
    ...boardViolations(books.client.board, books.options.client, now),
    ...wantViolations(books),
    ...searchViolations(books),
    ...surroundingViolations(books, exchange.isOnline())
  ]
}

function wantViolations ({ client: { board, waiters, search } }: ExchangeBooks): string[] {
  const violations: string[] = []

  for (const want of board.wants.values()) {
    if (want.state !== WantState.Arriving && !waiters.has(want.key)) {
      violations.push(`${wantName(want)} is waited for by nobody`)
    }

    const strangers = want.answers.numbers().filter(number => board.numbers.keyOf(number) == null)

    if (strangers.length > 0) {
      violations.push(`${wantName(want)} has answers of ${strangers.length} peers that are forgotten`)
    }

    if (want.search === 'running' && search?.has(want.key) !== true) {
      violations.push(`${wantName(want)} waits for a search that is not under way`)
    }
  }

  return violations
}

function searchViolations ({ client: { board, search }, options: { client: { maxSearches } } }: ExchangeBooks): string[] {
  const violations: string[] = []
  let searching = 0
  let counted = 0

  for (const want of board.wants.values()) {
    searching += want.search === 'running' ? 1 : 0
  }

  // those on behalf of a session that was closed meanwhile are counted by none
  for (const session of board.sessions) {
    counted += session.searches
  }

  if (counted > searching) {
    violations.push(`sessions count ${counted} searches, there are ${searching}`)
  }

  if (search != null && search.size !== searching) {
    violations.push(`routing is asked for ${search.size} blocks, ${searching} wants wait for that`)
  }

  if (search != null && search.running > maxSearches) {
    violations.push(`${search.running} searches run at once, over ${maxSearches}`)
  }

  return violations
}

/** The timer, the sessions users hold, and who is connected. */
function surroundingViolations ({ client: { board, driver, sessions }, peers }: ExchangeBooks, isOnline: boolean): string[] {
  const violations: string[] = []

  for (const next of [board.deadlines.next(), board.lateCancels.next]) {
    if (next != null && !(driver.dueAt != null && driver.dueAt <= next)) {
      violations.push(`something is due at ${next}, and the timer goes off at ${driver.dueAt ?? 'no time'}`)
    }
  }

  if (sessions.size !== board.sessions.size) {
    violations.push(`users hold ${sessions.size} sessions, the board has ${board.sessions.size}`)
  }

  for (const key of board.peers.keys()) {
    if (isOnline && peers.get(key)?.reported !== true) {
      violations.push(`${peerName(key)} is on the board, and not connected`)
    }
  }

  for (const [key, { reported }] of peers) {
    if (isOnline && reported && !board.peers.has(key)) {
      violations.push(`${peerName(key)} is connected, and not on the board`)
    }
  }

  return violations
}
