/** What has come from peers, counted. */
export interface ArrivalStats {
  blocksReceived: number
  dataReceived: number
  dupBlksReceived: number
  dupDataReceived: number
  unwantedBlocksReceived: number
  unwantedDataReceived: number
  /** Of the unwanted, those dropped before they were hashed. */
  unhashed: number
  malformed: number
  /** Bytes of blocks that could not be verified; in none of the others. */
  malformedData: number
  /** How often a peer was disconnected for what it sent. */
  peersCutOff: number
}

export function createStats (): ArrivalStats {
  return {
    blocksReceived: 0,
    dataReceived: 0,
    dupBlksReceived: 0,
    dupDataReceived: 0,
    unwantedBlocksReceived: 0,
    unwantedDataReceived: 0,
    unhashed: 0,
    malformed: 0,
    malformedData: 0,
    peersCutOff: 0
  }
}

/** A verified block came that is not needed. */
export function countWaste (stats: ArrivalStats, kind: 'duplicate' | 'unwanted', size: number): void {
  if (kind === 'duplicate') {
    stats.dupBlksReceived++
    stats.dupDataReceived += size
  } else {
    stats.unwantedBlocksReceived++
    stats.unwantedDataReceived += size
  }
}

/** A block was dropped before it was known which it is. */
export function countUnhashed (stats: ArrivalStats, size: number): void {
  stats.blocksReceived++
  stats.dataReceived += size
  stats.unhashed++
  countWaste(stats, 'unwanted', size)
}
