/** Which options of the serving side can be changed while it runs. */
import { FixedOptionError } from '../errors.ts'
import { resolveServerOptions } from './resolve-options.ts'
import type { ServerOptions, ServerUpdate } from './options.ts'

const CHANGEABLE: Readonly<Record<keyof ServerUpdate, true>> = {
  serve: true,
  maxCidSize: true,
  wantHaveReplaceSize: true,
  sendDontHaves: true,
  storeAttempts: true,
  storeRetryDelay: true,
  receiptSaveInterval: true,
  filter: true,
  maxAbsenceAge: true,
  maxBytesUnderWay: true,
  uploadRate: true,
  uploadRatePerPeer: true
}

/**
 * The options after a change.
 *
 * @throws InvalidOptionError as {@link resolveServerOptions}
 * @throws FixedOptionError on an option that cannot be changed
 */
export function changeServerOptions (options: ServerOptions, update: ServerUpdate): ServerOptions {
  const changed = resolveServerOptions({ ...options, ...update })
  const fixed = Object.keys(update).find(name => !Object.hasOwn(CHANGEABLE, name))

  if (fixed != null) {
    throw new FixedOptionError(`server.${fixed}`)
  }

  return changed
}
