/** The counters of the parts, as the one {@link Stat} that users see. */
import type { Stat } from './api.ts'
import type { Client } from './client/client.ts'
import type { MessengerStats } from './network/messenger.ts'
import type { ProvideStat } from './providing/provide-stat.ts'
import type { Server } from './server/server.ts'

/** What is counted elsewhere. */
export interface OtherStats {
  providing: ProvideStat
  /** Entries of messages that could not be read. */
  malformed: number
}

export function statOf (client: Client, server: Server, messages: MessengerStats, { providing, malformed }: OtherStats): Stat {
  const { unhashed, malformed: unverified, malformedData, peersCutOff, ...received } = client.stats
  const { messagesReceived, messagesSent, timesHeld } = messages
  const { blocksSent, dataSent } = server.stats

  return {
    wantlist: client.wantlist().map(entry => entry.cid),
    peers: server.peers(),
    ...received,
    messagesReceived,
    messagesSent,
    blocksSent,
    dataSent,
    sessions: client.sessions.size,
    broadcastsSkipped: client.broadcastsSkipped,
    unhashedBlocksReceived: unhashed,
    malformedReceived: unverified + messages.malformed + malformed,
    malformedDataReceived: malformedData,
    timesHeld,
    network: messages,
    server: server.stat(),
    providing,
    peersCutOff: peersCutOff + messages.floodsCutOff + messages.malformedCutOff + messages.streamsCutOff
  }
}
