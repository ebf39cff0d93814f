/**
 * Announcing what is here: a queue, workers, and a sweep that brings all of it
 * again in every interval. For `bitswap.ts`, which tells it of blocks; bounded by
 * {@link ProvidingInit}. Not for finding who has what.
 */
export { PROVIDING_DEFAULTS } from './options.ts'
export type { ProvideKeys, ProvidingInit, ProvidingOptions } from './options.ts'
export { ProvidesNotKeptError, ProvidingNotLoadedError } from './errors.ts'
export { ProvideKind } from './provide-store.ts'
export type { ProvideChange, ProvideStore, SavedProvide, SavedProvides, SavedSweep } from './provide-store.ts'
export type { ProvideStat } from './provide-stat.ts'
export { Providing } from './providing.ts'
export type { ProvideOptions, ProvidingComponents } from './providing.ts'
export { resolveProvidingOptions } from './resolve-options.ts'
