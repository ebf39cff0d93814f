/** What the peer at the other end understands, and by what name it is told of a block. Pure functions. */
import type { CID } from 'multiformats/cid'

export interface PeerAbilities {
  /** WANT-HAVE, and answers to it. Otherwise each want-have is said as a want-block. */
  have: boolean
  /** Any CID. Otherwise CIDv0 only. */
  prefix: boolean
}

const DAG_PB = 0x70
const SHA2_256 = 0x12

/** Is there a CIDv0 of it: a name that every peer understands? */
export function hasV0 (cid: CID): boolean {
  return cid.code === DAG_PB && cid.multihash.code === SHA2_256 && cid.multihash.size === 32
}

/** Can a peer of these abilities be told of it at all? */
export function canName (abilities: PeerAbilities, cid: CID): boolean {
  return abilities.prefix || hasV0(cid)
}

/** Its name for a peer of these abilities; only of what it can be told of. */
export function nameFor (abilities: PeerAbilities, cid: CID): CID {
  return abilities.prefix || cid.version === 0 ? cid : cid.toV0()
}
