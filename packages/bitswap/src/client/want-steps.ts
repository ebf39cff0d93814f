/**
 * The steps of wants that are the same for all of them: made once, since some
 * hundred may be noted of each want (`want-histories.ts`). Not to be changed.
 */
import type { PeerId } from '@libp2p/interface'
import { UnavailableReason } from '../errors.ts'
import type { WantStep } from '../events.ts'
import { WantType } from '../message/message.ts'
import type { Answer } from './answers.ts'

/** What waits for something that may soon come. */
export const Waits: Readonly<Record<'Room' | 'Turn', WantStep>> = {
  Room: { step: 'waiting', waitsFor: 'room', askAgainIn: undefined },
  Turn: { step: 'waiting', waitsFor: 'turn', askAgainIn: undefined }
}

/** What may happen between a want and one peer. */
export interface PeerSteps {
  readonly asked: Readonly<Record<WantType, WantStep>>
  readonly answered: Readonly<Record<Answer, WantStep>>
}

export function stepsOf (peer: PeerId): PeerSteps {
  const answered = (answer: Answer): WantStep => ({ step: 'answered', peer, answer })

  return {
    asked: { [WantType.Have]: { step: 'want-have', peer }, [WantType.Block]: { step: 'want-block', peer } },
    answered: {
      have: answered('have'),
      [UnavailableReason.DontHave]: answered(UnavailableReason.DontHave),
      [UnavailableReason.Silent]: answered(UnavailableReason.Silent),
      [UnavailableReason.Disconnected]: answered(UnavailableReason.Disconnected),
      [UnavailableReason.Unreachable]: answered(UnavailableReason.Unreachable)
    }
  }
}

/** Does it happen to wants that are about to come? */
export function isUsual (step: WantStep): boolean {
  return isAsk(step) || step === Waits.Room || step === Waits.Turn
}

/** Is it no step to be told again, as nothing happened in between? To be asked again is one. */
export function isRepeated (last: WantStep | undefined, step: WantStep): boolean {
  return last === step && !isAsk(step)
}

function isAsk ({ step }: WantStep): boolean {
  return step === 'want-have' || step === 'want-block'
}
