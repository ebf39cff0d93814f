/** What is still in the books when nothing should be any more. */
import type { Exchange } from '../../bitswap.ts'
import type { ExchangeBooks } from '../../books.ts'
import type { WantBoard } from '../../client/want-board.ts'

/** How a board looks on which nothing is wanted any more. */
export function boardLeftovers (board: WantBoard): string[] {
  const left: string[] = []
  const none = (what: string, size: number): void => {
    if (size > 0) {
      left.push(`${size} ${what}`)
    }
  }

  none('wants', board.wants.size)
  none('unresolved wants', board.unresolved.size)
  none('histories of wants', board.histories.size)

  for (const peer of board.peers.values()) {
    none('asked', peer.asked.size)
    none('probed', peer.probed.size)
    none('wants at a peer', peer.wants.size)
  }

  for (const session of board.sessions) {
    none('wants of a session', session.wants.size)
    none('looking', session.looking)
    none('dials', session.dials)
    none('searches', session.searches)
  }

  return left
}

/**
 * What an exchange has left when no call and no look-up of its users is open.
 * While it is started, that is nothing on the wanting side, and of peers that
 * have left nothing on the serving side; once `stop` has resolved, nothing at
 * all. Sessions that users keep open are theirs, until it stops.
 *
 * @param timers - how many timers it has set on its clock, where somebody counts them (a `NodeClock`); to be 0 once it has stopped
 */
export function leftovers (exchange: Exchange, timers: number = 0): string[] {
  const { books } = exchange
  const left = [...boardLeftovers(books.client.board), ...clientLeftovers(books)]

  return exchange.isOnline() ? [...left, ...leftOfPeers(books)] : [...left, ...stoppedLeftovers(books, timers)]
}

function clientLeftovers ({ client: { waiters, search } }: ExchangeBooks): string[] {
  return [...some('blocks waited for', waiters.size), ...some('provider searches', search?.size ?? 0)]
}

function leftOfPeers ({ peers, server: { run } }: ExchangeBooks): string[] {
  const left: string[] = []

  if (run == null) {
    return left
  }

  const isThere = (id: string): boolean => peers.get(id)?.reported === true
  const gone = [...run.engine.ledger.byPeer.keys()].filter(id => !isThere(id))
  const requests = [...run.engine.ledger.byBlock.values()].flatMap(found => 'account' in found ? [found] : [...found])
  const waiting = [...run.lane.waiting, ...run.queries.waiting].filter(({ id, open }) => !open || !isThere(id))

  left.push(...some('accounts of peers that left', gone.length))
  left.push(...some('requests of peers that left', requests.filter(({ account: { id, open } }) => !open || !isThere(id)).length))
  left.push(...some('messages waited for by peers that left', waiting.length))

  return left
}

function stoppedLeftovers ({ client: { board, sessions, driver }, server: { run }, peers }: ExchangeBooks, timers: number): string[] {
  let streams = 0

  for (const known of peers.values()) {
    streams += known.streams.size
  }

  return [
    ...some('sessions', Math.max(sessions.size, board.sessions.size)),
    ...some('peers on the board', board.peers.size),
    ...some('deadlines', board.deadlines.size),
    ...some('timer of the wanting side', driver.dueAt == null ? 0 : 1),
    ...some('servers', run == null ? 0 : 1),
    ...some('peers of the network', peers.size),
    ...some('streams', streams),
    ...some('timers', timers)
  ]
}

function some (what: string, count: number): string[] {
  return count > 0 ? [`${count} ${what}`] : []
}
