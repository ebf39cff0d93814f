/**
 * The protobuf schema of Bitswap 1.2.0, of which the older versions are a part,
 * as tags: field number × 8 + wire type.
 *
 * ```proto
 * message Message {
 *   Wantlist wantlist = 1            { repeated Entry entries = 1; bool full = 2 }
 *   repeated bytes blocks = 2
 *   repeated Block payload = 3       { bytes prefix = 1; bytes data = 2 }
 *   repeated BlockPresence blockPresences = 4   { bytes cid = 1; Type type = 2 }
 *   int32 pendingBytes = 5
 * }
 * message Entry { bytes block = 1; int32 priority = 2; bool cancel = 3; WantType wantType = 4; bool sendDontHave = 5 }
 * enum WantType { Block = 0; Have = 1 }
 * enum Type { Have = 0; DontHave = 1 }
 * ```
 *
 * https://specs.ipfs.tech/bitswap-protocol/ section "Bitswap 1.2.0: Wire
 * Format", which leaves out `blocks` of 1.0.0; peers still send it.
 */
export const MessageTag = { Wantlist: 0x0a, Blocks: 0x12, Payload: 0x1a, Presences: 0x22, PendingBytes: 0x28 } as const

export const WantlistTag = { Entries: 0x0a, Full: 0x10 } as const

export const EntryTag = { Block: 0x0a, Priority: 0x10, Cancel: 0x18, WantType: 0x20, SendDontHave: 0x28 } as const

export const PayloadTag = { Prefix: 0x0a, Data: 0x12 } as const

export const PresenceTag = { Cid: 0x0a, Type: 0x10 } as const

/** Values of `WantType` on the wire. */
export const WireWantType = { Block: 0, Have: 1 } as const

/** Values of the type of a presence on the wire. */
export const WirePresenceType = { Have: 0, DontHave: 1 } as const
