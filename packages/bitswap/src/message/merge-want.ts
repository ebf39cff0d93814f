/** What two wants for one CID come to, when a message is built and when it is read. */
import { WantType } from './message.ts'
import type { WantEntry } from './message.ts'

/**
 * Adds to a want what is said of the same CID later in the message: asking for
 * the block beats asking whether it is there, the later priority counts among
 * equals, `sendDontHave` stays once asked for. As boxo's `addEntry` does, so
 * that a message means the same to both.
 */
export function mergeWant (want: WantEntry, later: WantEntry): void {
  if (want.wantType === later.wantType) {
    want.priority = later.priority
  }

  if (later.wantType === WantType.Block) {
    want.wantType = WantType.Block
  }

  want.sendDontHave ||= later.sendDontHave
}
