/**
 * Messages and their bytes, written by hand from the specification and the
 * encoding rules of protobuf, not by any program. docs/protocol.md shows the
 * same ones, by name.
 */
import { CID } from 'multiformats/cid'
import { hex, messageOf } from './messages.ts'
import type { WireFormat } from '../../src/message/codec.ts'
import type { Message } from '../../src/message/message.ts'

export interface Vector {
  name: string
  format: WireFormat
  message: Message
  bytes: string
}

export const FOOBAR: Uint8Array = new TextEncoder().encode('foobar')

/** Of `foobar`, as `printf foobar | sha256sum` prints it. */
const SHA256 = 'c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2'

export const FOOBAR_V0: CID = CID.decode(hex(`12 20 ${SHA256}`))
export const FOOBAR_V1: CID = CID.decode(hex(`01 55 12 20 ${SHA256}`))

export const VECTORS: Vector[] = [
  {
    name: 'empty message',
    format: 'v1',
    message: messageOf({}),
    bytes: `
      0a 00 # wantlist, empty
    `
  },
  {
    name: 'want-block',
    format: 'v1',
    message: messageOf({ wants: [{ cid: FOOBAR_V0, priority: 1, wantType: 'block', sendDontHave: true }] }),
    bytes: `
      0a 2a                   # wantlist, 42 bytes
      0a 28                   #   entry, 40 bytes
      0a 22 12 20 ${SHA256}   #     block: a CIDv0, 34 bytes
      10 01                   #     priority 1
      28 01                   #     sendDontHave
    `
  },
  {
    name: 'want-have',
    format: 'v1',
    message: messageOf({ full: true, wants: [{ cid: FOOBAR_V1, priority: 0x7fff_ffff, wantType: 'have', sendDontHave: true }] }),
    bytes: `
      0a 34                         # wantlist, 52 bytes
      0a 30                         #   entry, 48 bytes
      0a 24 01 55 12 20 ${SHA256}   #     block: a CIDv1, 36 bytes
      10 ff ff ff ff 07             #     priority 2^31 - 1
      20 01                         #     wantType Have
      28 01                         #     sendDontHave
      10 01                         #   full
    `
  },
  {
    name: 'negative priority',
    format: 'v1',
    message: messageOf({ wants: [{ cid: FOOBAR_V0, priority: -2, wantType: 'block', sendDontHave: false }] }),
    bytes: `
      0a 31                            # wantlist, 49 bytes
      0a 2f                            #   entry, 47 bytes
      0a 22 12 20 ${SHA256}            #     block
      10 fe ff ff ff ff ff ff ff ff 01 #     priority -2, as 64 bits
    `
  },
  {
    name: 'cancel',
    format: 'v1',
    message: messageOf({ cancels: [FOOBAR_V0] }),
    bytes: `
      0a 28                   # wantlist, 40 bytes
      0a 26                   #   entry, 38 bytes
      0a 22 12 20 ${SHA256}   #     block
      18 01                   #     cancel
    `
  },
  {
    name: 'block',
    format: 'v1',
    message: messageOf({ blocks: [{ cid: FOOBAR_V1, bytes: FOOBAR }] }),
    bytes: `
      0a 00                   # wantlist, empty
      1a 0e                   # payload, 14 bytes
      0a 04 01 55 12 20       #   prefix: CIDv1, raw, sha2-256, 32 bytes
      12 06 66 6f 6f 62 61 72 #   data
    `
  },
  {
    name: 'empty block',
    format: 'v1',
    message: messageOf({ blocks: [{ cid: FOOBAR_V0, bytes: new Uint8Array(0) }] }),
    bytes: `
      0a 00             # wantlist, empty
      1a 06             # payload, 6 bytes
      0a 04 00 70 12 20 #   prefix: CIDv0, dag-pb, sha2-256, 32 bytes
    `
  },
  {
    name: 'block, v0',
    format: 'v0',
    message: messageOf({ blocks: [{ cid: FOOBAR_V0, bytes: FOOBAR }] }),
    bytes: `
      0a 00                   # wantlist, empty
      12 06 66 6f 6f 62 61 72 # blocks
    `
  },
  {
    name: 'empty block, v0',
    format: 'v0',
    message: messageOf({ blocks: [{ cid: FOOBAR_V0, bytes: new Uint8Array(0) }] }),
    bytes: `
      0a 00 # wantlist, empty
      12 00 # blocks
    `
  },
  {
    name: 'presences',
    format: 'v1',
    message: messageOf({ presences: [{ cid: FOOBAR_V0, type: 'have' }, { cid: FOOBAR_V1, type: 'dont-have' }], pendingBytes: 300 }),
    bytes: `
      0a 00                         # wantlist, empty
      22 24                         # presence, 36 bytes
      0a 22 12 20 ${SHA256}         #   cid
      22 28                         # presence, 40 bytes
      0a 24 01 55 12 20 ${SHA256}   #   cid
      10 01                         #   type DontHave
      28 ac 02                      # pendingBytes 300
    `
  },
  {
    name: 'want-have, v0',
    format: 'v0',
    message: messageOf({ wants: [{ cid: FOOBAR_V0, priority: 0, wantType: 'have', sendDontHave: true }] }),
    bytes: `
      0a 2a                   # wantlist, 42 bytes
      0a 28                   #   entry, 40 bytes
      0a 22 12 20 ${SHA256}   #     block; the priority is 0 and left out
      20 01                   #     wantType Have: written in v0 too, as boxo does
      28 01                   #     sendDontHave
    `
  }
]
