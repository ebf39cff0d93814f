/** What client and server have to say to a peer, as the messages of the two lanes. */
import type { OutgoingWants } from './client/components.ts'
import type { Block } from './message/message.ts'
import type { Outgoing } from './network/messenger.ts'
import type { Envelope } from './server/block-lane.ts'
import type { PresenceDelivery } from './server/presence-lane.ts'

/** Wants, cancels and presences go in one message. */
export function wantsMessage (wants: OutgoingWants | undefined, presences: PresenceDelivery | undefined): Outgoing | undefined {
  if (wants == null && presences == null) {
    return undefined
  }

  // not the two themselves: what they say is let go of once it was sent
  const deliveries = [wants, presences].flatMap(part => part == null ? [] : [{ sent: part.sent, lost: part.lost }])

  return {
    message: {
      full: wants?.message.full ?? false,
      wants: wants?.message.wants ?? [],
      cancels: wants?.message.cancels ?? [],
      blocks: [],
      presences: presences?.presences ?? [],
      pendingBytes: presences?.pendingBytes ?? 0
    },
    sent: () => { deliveries.forEach(({ sent }) => { sent() }) },
    lost: error => { deliveries.forEach(({ lost }) => { lost(error) }) }
  }
}

/**
 * At once when the envelope is there, else when it is.
 *
 * @param watcher - asked then: who is to be told of each block when all were sent
 */
export function blocksMessage (
  envelope: Envelope | undefined | Promise<Envelope | undefined>,
  watcher: () => ((block: Block) => void) | undefined
): Outgoing | undefined | Promise<Outgoing | undefined> {
  return envelope instanceof Promise ? envelope.then(envelope => outgoing(envelope, watcher())) : outgoing(envelope, watcher())
}

function outgoing (envelope: Envelope | undefined, blockSent: ((block: Block) => void) | undefined): Outgoing | undefined {
  if (envelope == null) {
    return undefined
  }

  const { blocks, pendingBytes, sent, lost } = envelope

  return {
    message: { full: false, wants: [], cancels: [], blocks, presences: [], pendingBytes },
    sent: blockSent == null ? sent : () => {
      sent()
      blocks.forEach(blockSent)
    },
    lost
  }
}
