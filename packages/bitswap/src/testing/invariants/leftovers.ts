/** What is still in the books when nothing should be any more. */
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
