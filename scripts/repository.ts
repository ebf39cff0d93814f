/**
 * Where things are in this repository, for the scripts. Not part of what is
 * published.
 */
import { fileURLToPath } from 'node:url'

/** The root of the repository, without a slash at the end. */
export const ROOT: string = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')

/** The published packages, in the order in which they can be built. */
export const PACKAGES: readonly string[] = ['packages/bitswap', 'packages/node']
