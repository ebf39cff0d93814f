/** Why a block is not here, in words for those who did not write the program. */
import { UnavailableReason } from 'ts-bitswap/errors'
import type { SessionPeer, WantExplanation, WantPeer } from 'ts-bitswap'

/** Peers that are named in one line; of more only the number is said. */
const MAX_PEERS_NAMED = 5

const REASONS: Readonly<Record<UnavailableReason, string>> = {
  [UnavailableReason.DontHave]: 'does not have it',
  [UnavailableReason.Silent]: 'did not answer',
  [UnavailableReason.Disconnected]: 'disconnected',
  [UnavailableReason.Unreachable]: 'could not be reached'
}

const NEXT: Readonly<Record<WantExplanation['next']['event'], string | undefined>> = {
  answer: undefined,
  'more-peers': undefined,
  search: 'providers are being looked for',
  dial: 'a peer is being dialled',
  refresh: 'all are asked again',
  room: 'it is asked for when what was asked for before has come',
  turn: 'it is asked for when what was asked for before has come',
  stored: 'it has come and is being stored'
}

/** What became of each peer that was asked, or was to be asked. */
export function describeReasons (reasons: ReadonlyMap<string, UnavailableReason>): string {
  return reasons.size === 0 ? 'no peer is connected' : inOneLine([...reasons].map(([peer, reason]) => `${peer} ${REASONS[reason]}`))
}

export interface WaitingFor {
  /** Undefined when it is not asked for yet. */
  want: WantExplanation | undefined
  /** Who may be asked. */
  peers: SessionPeer[]
  /** Who was to be asked and is not there, by address. */
  unreachable: readonly string[]
}

/** Who was asked for a block that is waited for, what each said, and what comes next. */
export function describeWait ({ want, peers, unreachable }: WaitingFor): string {
  const lost = unreachable.map(address => `${address} ${REASONS.unreachable}`)

  if (want == null) {
    return 'nobody was asked for it yet'
  }

  const blocks = new Map(peers.map(({ peer, blocks }) => [peer.toString(), blocks]))
  const asked = want.peers.map(peer => `${peer.peer} ${describePeer(peer)}${before(blocks.get(peer.peer) ?? 0)}`)
  const nobody = asked.length > 0 ? [] : [peers.length === 0 ? 'no peer is connected' : 'nobody was asked for it yet']
  const next = NEXT[want.next.event]
  const due = want.next.due == null ? '' : ` in ${inSeconds(want.next.due)}`

  return [inOneLine([...nobody, ...asked, ...lost]), ...next == null ? [] : [`${next}${due}`]].join('; ')
}

function describePeer ({ asked, askedAgo, answer }: WantPeer): string {
  const ago = askedAgo == null ? '' : ` ${inSeconds(askedAgo)} ago`

  if (answer === 'have') {
    return asked === 'block' ? `has it, was asked for it${ago} and has not sent it` : 'has it'
  }

  return answer == null ? `was asked for it${ago} and has not answered` : REASONS[answer]
}

function before (blocks: number): string {
  return blocks === 0 ? '' : ` (it sent ${blocks} ${blocks === 1 ? 'block' : 'blocks'} before)`
}

function inOneLine (peers: readonly string[]): string {
  const others = peers.length > MAX_PEERS_NAMED ? [`and ${peers.length - MAX_PEERS_NAMED} more peers`] : []

  return [...peers.slice(0, MAX_PEERS_NAMED), ...others].join(', ')
}

function inSeconds (milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`
}
