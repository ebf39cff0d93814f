import type { CID } from 'multiformats/cid'

/** Bytes of the digest that are looked at: as many as a number holds exactly, with those of a turn. */
const BYTES = 6

/** The least difference of two phases. */
export const PHASE_STEP: number = 1 / 0x1_0000_0000_0000

/**
 * Where in the interval a block is announced, from 0 to 1: the beginning of its
 * digest. Digests are evenly spread, and stay as they are whatever else is there.
 */
export function phaseOf ({ multihash: { digest } }: CID): number {
  let phase = 0

  for (let i = 0; i < BYTES; i++) {
    phase = phase * 256 + (digest[i] ?? 0)
  }

  return phase * PHASE_STEP
}
