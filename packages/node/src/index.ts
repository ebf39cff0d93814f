/**
 * A Bitswap node with batteries: libp2p, a repo on disk, files, CARs. The
 * `bitswap` command is made of the same parts.
 *
 * @example
 *
 * ```ts
 * import { createNode } from 'ts-bitswap-node'
 *
 * const node = await createNode({ repo: './my-repo', listen: ['/ip4/0.0.0.0/tcp/4001'] })
 * await node.start()
 *
 * const bytes = await node.bitswap.getBlock(cid, { signal: AbortSignal.timeout(30_000) })
 * ```
 *
 * For: Node.js. Not for: browsers (`ts-bitswap` is), finding peers.
 */
export { createNode } from './node/create-node.ts'
export type { BitswapNode, NodeComponents } from './node/create-node.ts'
export { Encrypter } from './node/options.ts'
export type { NodeInit, PeerSourceInit } from './node/options.ts'
export { LocalSource, PeerSource } from './node/block-source.ts'
export type { BlockSource, MissingBlock } from './node/block-source.ts'
export { tuneV8 } from './tune-v8.ts'
export { directTls } from './encryption/direct-tls.ts'
export { promptMuxer } from './muxing/prompt-muxer.ts'
export type { PromptComponents } from './muxing/prompt-muxer.ts'
export { openRepo } from './store/repo.ts'
export type { DiskRepo, Repo } from './store/repo.ts'
export { FlatfsBlockstore } from './store/flatfs-blockstore.ts'
export type { FlatfsComponents } from './store/flatfs-blockstore.ts'
export type { StoreInit } from './store/options.ts'
export { RepoProvides } from './store/repo-provides.ts'
export type { EnqueueOptions, ProvidesDatastore } from './store/repo-provides.ts'
export { getHasher } from './store/hashers.ts'
export { DhtMode } from './routing/options.ts'
export type { RoutingInit } from './routing/options.ts'
export type { KeptPeerStat } from './routing/kept-peers.ts'
export { PUBLIC_BOOTSTRAP, PUBLIC_DELEGATED } from './routing/public-routers.ts'
export { addPath, addStream } from './files/add-path.ts'
export type { Added, AddHooks, BlockSink } from './files/add-path.ts'
export type { AddInit, WalkInit } from './files/options.ts'
export { exportCar, importCar } from './files/car.ts'
export type { ImportedCar } from './files/car.ts'
export { walkDag } from './files/dag-walk.ts'
export type { Step, Unfolded, Walk, WalkDagOptions } from './files/dag-walk.ts'
export { unfoldUnixFs, unixFsRoot } from './files/unixfs-entries.ts'
export { unixFsWalk } from './files/unixfs-walk.ts'
export type { UnixFsEntry, UnixFsStep } from './files/unixfs-entries.ts'
export { writeOutput } from './files/output-writer.ts'
export type { WriteOutputOptions, Written } from './files/output-writer.ts'
export { createRoutingServer } from './routing-server/routing-server.ts'
export type { RoutingServer, RoutingServerComponents } from './routing-server/routing-server.ts'
export type { RoutingServerInit } from './routing-server/options.ts'
export type { PrivateNetworkInit } from './private-network/options.ts'
export { formatSwarmKey, generateSwarmKey, readSwarmKey, writeSwarmKey } from './private-network/swarm-key.ts'
export { Relay } from './reachability/options.ts'
export type { ReachabilityInit } from './reachability/options.ts'
export { Pins } from './pins/pins.ts'
export type { AddPinOptions, ListKeysOptions, ListPinsOptions, Pin, PinsComponents } from './pins/pins.ts'
export type { OnDamaged } from './pins/passed-over.ts'
export type { PinDatastore, PinRecord, PinType } from './pins/pin-records.ts'
export { Holds } from './store/holds.ts'
export type { Hold } from './store/holds.ts'
export { GarbageCollector } from './gc/garbage-collector.ts'
export type { Collected, CollectionSummary, GarbageCollectorComponents } from './gc/garbage-collector.ts'
export type { GarbageInit } from './gc/options.ts'
export type { RepoBlockstore } from './store/repo-blockstore.ts'
export type { Usage } from './store/space.ts'
export * from './errors.ts'
export * from './pins/errors.ts'
export * from './private-network/errors.ts'
export * from './routing/errors.ts'
