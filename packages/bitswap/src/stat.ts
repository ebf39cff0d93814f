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
  const { blocksReceived, dataReceived, dupBlksReceived, dupDataReceived, unwantedBlocksReceived, unwantedDataReceived } = client.stats

  return {
    wantlist: client.wantlist().map(entry => entry.cid),
    peers: server.peers(),
    blocksReceived,
    dataReceived,
    dupBlksReceived,
    dupDataReceived,
    messagesReceived: messages.messagesReceived,
    messagesSent: messages.messagesSent,
    blocksSent: server.stats.blocksSent,
    dataSent: server.stats.dataSent,
    sessions: client.sessions.size,
    broadcastsSkipped: client.broadcastsSkipped,
    unwantedBlocksReceived,
    unwantedDataReceived,
    unhashedBlocksReceived: client.stats.unhashed,
    malformedReceived: client.stats.malformed + messages.malformed + malformed,
    malformedDataReceived: client.stats.malformedData,
    timesHeld: messages.timesHeld,
    network: messages,
    server: server.stat(),
    providing,
    peersCutOff: client.stats.peersCutOff + messages.floodsCutOff + messages.malformedCutOff + messages.streamsCutOff
  }
}
