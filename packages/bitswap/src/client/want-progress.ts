/** Steps of a want as the events that callers who listen are told. */
import type { CID } from 'multiformats/cid'
import { CustomProgressEvent } from 'progress-events'
import type { BitswapProgressEvents, WantStep } from '../events.ts'
import type { Want } from './want.ts'

/** @param cid - as the caller asked for it */
export function progressOf (cid: CID, want: Want, step: WantStep): BitswapProgressEvents {
  switch (step.step) {
    case 'want-have':
      return new CustomProgressEvent('bitswap:want-have', { cid, peer: step.peer })
    case 'want-block':
      return new CustomProgressEvent('bitswap:want-block', { cid, peer: step.peer })
    case 'answered':
      return new CustomProgressEvent('bitswap:answered', { cid, peer: step.peer, answer: step.answer })
    case 'waiting':
      return new CustomProgressEvent('bitswap:waiting', { cid, waitsFor: step.waitsFor, reasons: want.reasons(), askAgainIn: step.askAgainIn })
    case 'find-providers':
      return new CustomProgressEvent('bitswap:find-providers', cid)
    case 'found-provider':
      return new CustomProgressEvent('bitswap:found-provider', { cid, provider: step.provider })
  }
}
