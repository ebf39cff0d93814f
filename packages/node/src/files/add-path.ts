/**
 * Puts a file or folder into a block store as UnixFS, cut and linked as Kubo
 * does with the same options, so that the same CIDs come out. The cutting and
 * linking is the work of `ipfs-unixfs-importer`.
 */
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { fileSource } from './file-source.ts'
import { resolveAddOptions } from './options.ts'
import { mendMarshal } from './unixfs-marshal.ts'
import type { AddInit, AddOptions } from './options.ts'
import type { Blockstore } from 'interface-blockstore'
import type { ImportCandidate, ImporterOptions, ImporterProgressEvents } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'

export interface Added {
  cid: CID
  /** From the last part of the path on; empty for the folder that `wrap` makes. */
  name: string
  /** Bytes of all blocks below it. */
  size: number
}

/** What is needed of a block store. */
export type BlockSink = Pick<Blockstore, 'put'>

export interface AddHooks {
  signal?: AbortSignal
  /** Called with bytes of files as they are read. */
  onRead?: (bytes: number) => void
}

/**
 * Adds what is at a path, and yields every file, then every folder; the last is
 * the whole.
 *
 * @throws UnreadableInputError; blocks stored before it stay
 * @throws what the store throws
 */
export async function * addPath (path: string, blockstore: BlockSink, init: AddInit = {}, hooks: AddHooks = {}): AsyncGenerator<Added> {
  const { signal } = hooks
  const options = resolveAddOptions(init)

  yield * addCandidates(fileSource(path, { hidden: options.hidden, ...(signal == null ? {} : { signal }) }), blockstore, options, hooks)
}

/** As {@link addPath}, for a file that comes as a stream of bytes. */
export async function * addStream (content: AsyncIterable<Uint8Array>, blockstore: BlockSink, init: AddInit = {}, hooks: AddHooks = {}): AsyncGenerator<Added> {
  for await (const added of addCandidates([{ content }], blockstore, { ...resolveAddOptions(init), wrap: false }, hooks)) {
    yield { ...added, name: added.cid.toString() }
  }
}

async function * addCandidates (candidates: Iterable<ImportCandidate> | AsyncIterable<ImportCandidate>, blockstore: BlockSink, options: AddOptions, hooks: AddHooks): AsyncGenerator<Added> {
  const empty: string[] = []

  mendMarshal()

  for await (const { cid, path = '', size, unixfs } of importer(noting(candidates, empty), blockstore, importerOptions(options, hooks))) {
    hooks.signal?.throwIfAborted()

    if (unixfs?.isDirectory() === true) {
      yield * addEmpty(empty.splice(0).filter(name => name !== path), blockstore, options)
    }

    yield { cid, name: path, size: Number(size) }
  }
}

/** Notes the empty folders: the importer puts them where they belong, and says nothing of them unless they are the whole. */
async function * noting (candidates: Iterable<ImportCandidate> | AsyncIterable<ImportCandidate>, empty: string[]): AsyncGenerator<ImportCandidate> {
  for await (const candidate of candidates) {
    if (!('content' in candidate) && !('link' in candidate)) {
      empty.push(candidate.path)
    }

    yield candidate
  }
}

async function * addEmpty (names: string[], blockstore: BlockSink, options: AddOptions): AsyncGenerator<Added> {
  for (const name of names) {
    for await (const { cid, size } of importer([{ path: 'empty' }], blockstore, importerOptions({ ...options, wrap: false }, {}))) {
      yield { cid, name, size: Number(size) }
    }
  }
}

function importerOptions (options: AddOptions, hooks: AddHooks): ImporterOptions {
  return {
    // Kubo's defaults for either version: 256 KiB pieces, 174 links, raw leaves with version 1 only
    ...(options.cidVersion === 0 ? { profile: 'unixfs-v0-2015' } : { cidVersion: 1, rawLeaves: true }),
    chunker: fixedSize({ chunkSize: options.chunkSize }),
    wrapWithDirectory: options.wrap,
    blockWriteConcurrency: 32,
    onProgress: (event: ImporterProgressEvents) => {
      if (event.type === 'unixfs:importer:progress:file:read') {
        hooks.onRead?.(Number(event.detail.chunkSize))
      }
    }
  }
}
