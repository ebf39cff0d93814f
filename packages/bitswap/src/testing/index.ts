/**
 * Bitswap without a network: instances in one process, virtual time, the real
 * codec. For tests of applications, and experiments. The same seed gives the
 * same run.
 *
 * Not for: measuring speed.
 */
export { Instance, instances } from './instance.ts'
export type { InstanceInit, InstancesInit } from './instance.ts'
export { MemoryStore } from './memory-store.ts'
export type { MemoryStoreInit } from './memory-store.ts'
export { peerIdFromSeed } from './peer-ids.ts'
export { randomBlocks } from './random-blocks.ts'
export type { RandomBlocksInit } from './random-blocks.ts'
export { ClockStalledError, VirtualClock } from './virtual-clock.ts'
export type { RunOptions, VirtualClockInit } from './virtual-clock.ts'
export { VirtualNetwork } from './virtual-network.ts'
export type { Arrival, ConnectOptions, NetworkObserver, VirtualNetworkInit } from './virtual-network.ts'
export type { VirtualNodeInit } from './virtual-node.ts'
export { VirtualNode } from './virtual-node.ts'
export type { NetworkEvent } from './network-observer.ts'
export { Trace } from './trace.ts'
export type { PairTraffic, TraceInit } from './trace.ts'
export type { TraceEventJSON, TraceJSON, TraceMessageJSON, TraceRecordJSON, TraceSummaryJSON } from './trace-json.ts'
export type { TraceBlock, TraceEntry } from './trace-message.ts'
export { FactType } from './trace-query.ts'
export type { PeerLike, SentCIDs, TraceFact, TraceQuery } from './trace-query.ts'
export type { Traffic } from './traffic.ts'
export { accountingViolations } from './invariants/accounting-invariants.ts'
export type { AccountingContext, Carried, WireTotals } from './invariants/accounting-invariants.ts'
export { clientViolations } from './invariants/client-invariants.ts'
export { CountedClock } from './invariants/counted-clock.ts'
export { areSettled, ledgerDifferences } from './invariants/ledger-invariants.ts'
export { leftovers } from './invariants/leftovers.ts'
export { serverViolations } from './invariants/server-invariants.ts'
export { isSettled, sendingViolations } from './invariants/settled.ts'
