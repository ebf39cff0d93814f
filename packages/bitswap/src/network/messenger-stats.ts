/** What went over the streams, counted since the start. */
export interface MessengerStats {
  messagesReceived: number
  messagesSent: number
  /** Of all streams, with framing, also of messages that were not complete. */
  bytesReceived: number
  /** Of messages that were sent in full. */
  bytesSent: number
  /** Inbound messages that could not be read; each ended its stream. */
  malformed: number
  streamsOpened: number
  streamsAccepted: number
  /** Attempts to open a stream that failed. */
  openFailures: number
  /** Messages that could not be written in full. */
  sendFailures: number
  /** Messages said to be lost after they had been said to be sent, as a reset followed. */
  lostAfterSent: number
  /** Times a peer was given up as unreachable, per lane. */
  unreachable: number
}

export function createStats (): MessengerStats {
  return {
    messagesReceived: 0,
    messagesSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
    malformed: 0,
    streamsOpened: 0,
    streamsAccepted: 0,
    openFailures: 0,
    sendFailures: 0,
    lostAfterSent: 0,
    unreachable: 0
  }
}
