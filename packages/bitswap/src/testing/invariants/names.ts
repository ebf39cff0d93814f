/** How violations name things: short enough to read, long enough to find. Called only when there is something to say. */
import type { CID } from 'multiformats/cid'
import type { SessionState } from '../../client/session-state.ts'
import type { Want } from '../../client/want.ts'
import { cidOfRequest } from '../../server/request.ts'
import type { Request } from '../../server/request.ts'

/** The end of an id, or of a CID, tells them apart. */
const TAIL = 8

export function cidName (cid: CID): string {
  return `…${cid.toString().slice(-TAIL)}`
}

export function peerName (key: string): string {
  return `peer …${key.slice(-TAIL)}`
}

export function wantName (want: Want): string {
  return `want ${cidName(want.cid)} (${want.state})`
}

export function sessionName (session: SessionState): string {
  return `session ${session.id}`
}

export function requestName (request: Request): string {
  return `request ${cidName(cidOfRequest(request))} (${request.state}) of ${peerName(request.account.id)}`
}
