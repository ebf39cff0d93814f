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
  /** Times a peer that said more than it may had its next message wait. */
  timesHeld: number
  /** Times a peer was disconnected because it went on for all that. */
  floodsCutOff: number
  /** The same for what could not be read. */
  malformedCutOff: number
  /** The same for streams that brought nothing. */
  streamsCutOff: number
  /** Streams peers opened that ended without a message. */
  emptyStreams: number
  /** Streams reset at once as their peer had too many open. */
  streamsRefused: number
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
    timesHeld: 0,
    floodsCutOff: 0,
    malformedCutOff: 0,
    streamsCutOff: 0,
    emptyStreams: 0,
    streamsRefused: 0,
    streamsOpened: 0,
    streamsAccepted: 0,
    openFailures: 0,
    sendFailures: 0,
    lostAfterSent: 0,
    unreachable: 0
  }
}
