/**
 * Makes files, folders and symlinks of blocks: the UnixFS part of a walk (see
 * `dag-walk.ts`). Pure: bytes in, entries out.
 *
 * What does not add up (sizes, links, names that lead out of the folder) is an
 * error, not a guess. Modes and times of folders are not kept.
 */
import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import * as raw from 'multiformats/codecs/raw'
import { UnixFsError, UnsafeNameError } from '../errors.ts'
import { unsafeReason } from './safe-name.ts'
import type { Unfolded, Walk } from './dag-walk.ts'
import type { PBNode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'

/** What a block is expected to be, by who links to it. */
const Role = {
  /** A file, folder or symlink of its own. */
  Entry: 'entry',
  /** A piece of a file. */
  Piece: 'piece',
  /** A part of a folder too large for one block. */
  Shard: 'shard'
} as const

export interface UnixFsStep {
  cid: CID
  role: typeof Role[keyof typeof Role]
  /** Names from the root, joined by slashes; empty for the root itself. */
  path: string
  /** What the parent says of a piece's size, in bytes. */
  size?: bigint
}

interface EntryBase {
  cid: CID
  path: string
  /** Bytes of the block it comes from. */
  blockSize: number
}

export interface FolderEntry extends EntryBase {
  type: 'folder'
  /** Bytes of all blocks below, as the folder says; nobody has checked. */
  totalSize: number
}

export interface FileEntry extends EntryBase {
  type: 'file'
  size: number
  /** The first bytes; the others follow as pieces. */
  bytes: Uint8Array
  /** Permissions, when the file says other than the usual. */
  mode: number | undefined
  /** Seconds since 1970, when the file says so. */
  mtime: number | undefined
}

export interface SymlinkEntry extends EntryBase {
  type: 'symlink'
  target: string
}

/** More bytes of the file before it. */
export interface PieceEntry extends EntryBase {
  type: 'piece'
  bytes: Uint8Array
}

/** More entries of a folder follow; nothing by itself. */
export interface ShardEntry extends EntryBase {
  type: 'shard'
}

export type UnixFsEntry = FolderEntry | FileEntry | SymlinkEntry | PieceEntry | ShardEntry

type UnfoldedEntry = Unfolded<UnixFsStep, UnixFsEntry>

const USUAL_FILE_MODE = 0o644
const NO_BYTES = new Uint8Array(0)

/** Where a walk over a file or folder begins. */
export function unixFsRoot (cid: CID): UnixFsStep {
  return { cid, role: Role.Entry, path: '' }
}

/**
 * Makes an entry of a block.
 *
 * @throws UnixFsError when the block is none, or not what its parent says
 * @throws UnsafeNameError when a folder holds a name that must not be written
 */
export const unfoldUnixFs: Walk<UnixFsStep, UnixFsEntry>['unfold'] = (step, bytes) => {
  const { cid, path } = step
  const base = { cid, path, blockSize: bytes.byteLength }

  if (cid.code === raw.code) {
    return unfoldRaw(step, base, bytes)
  }

  const node = decodeNode(cid, bytes)
  const file = decodeData(cid, node)

  if (file.type === 'file' || file.type === 'raw') {
    return unfoldFile(step, base, node, file)
  }

  if (step.role === Role.Piece) {
    throw new UnixFsError(cid, `is a ${file.type} where a piece of a file should be`)
  }

  if (file.type === 'hamt-sharded-directory') {
    return unfoldShard(step, base, node, file)
  }

  if (step.role === Role.Shard) {
    throw new UnixFsError(cid, `is a ${file.type} where a part of a folder should be`)
  }

  if (file.type === 'directory') {
    return { value: { ...base, type: 'folder', totalSize: totalSize(base, node) }, next: node.Links.map(link => entryStep(step, link.Hash, link.Name ?? '')) }
  }

  if (file.type === 'symlink') {
    return { value: { ...base, type: 'symlink', target: new TextDecoder().decode(file.data) }, next: [] }
  }

  throw new UnixFsError(cid, `is of the UnixFS type ${file.type}, which is neither a file nor a folder`)
}

function unfoldRaw (step: UnixFsStep, base: EntryBase, bytes: Uint8Array): UnfoldedEntry {
  if (step.role === Role.Shard) {
    throw new UnixFsError(step.cid, 'is raw bytes where a part of a folder should be')
  }

  requireSize(step, BigInt(bytes.byteLength))

  if (step.role === Role.Piece) {
    return { value: { ...base, type: 'piece', bytes }, next: [] }
  }

  return { value: { ...base, type: 'file', size: bytes.byteLength, bytes, mode: undefined, mtime: undefined }, next: [] }
}

function unfoldFile (step: UnixFsStep, base: EntryBase, node: PBNode, file: UnixFS): UnfoldedEntry {
  const { cid, path } = step
  const size = file.fileSize()
  const bytes = file.data ?? NO_BYTES

  if (step.role === Role.Shard) {
    throw new UnixFsError(cid, 'is a file where a part of a folder should be')
  }

  if (node.Links.length !== file.blockSizes.length || size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new UnixFsError(cid, 'is a file whose sizes do not fit its links')
  }

  requireSize(step, size)
  const next = node.Links.map((link, index) => pieceStep(path, link.Hash, file.blockSizes[index]))

  if (step.role === Role.Piece) {
    return { value: { ...base, type: 'piece', bytes }, next }
  }

  const mode = file.mode === USUAL_FILE_MODE ? undefined : file.mode

  return { value: { ...base, type: 'file', size: Number(size), bytes, mode, mtime: secondsOf(file) }, next }
}

function pieceStep (path: string, cid: CID, size: bigint | undefined): UnixFsStep {
  return { cid, role: Role.Piece, path, size: size ?? 0n }
}

/** A large folder is a tree of blocks; a link of one is named by its place in the tree, and, when it is an entry, by its name after that. */
function unfoldShard (step: UnixFsStep, base: EntryBase, node: PBNode, file: UnixFS): UnfoldedEntry {
  if (file.fanout == null || file.fanout < 2n) {
    throw new UnixFsError(step.cid, 'is a part of a folder that does not say how it is divided')
  }

  const prefix = (file.fanout - 1n).toString(16).length
  const next = node.Links.map(({ Hash, Name = '' }) => {
    if (Name.length < prefix) {
      throw new UnixFsError(step.cid, `is a part of a folder with a link ${JSON.stringify(Name)} that is too short`)
    }

    return Name.length === prefix ? { cid: Hash, role: Role.Shard, path: step.path } : entryStep(step, Hash, Name.slice(prefix))
  })

  if (step.role === Role.Shard) {
    return { value: { ...base, type: 'shard' }, next }
  }

  return { value: { ...base, type: 'folder', totalSize: totalSize(base, node) }, next }
}

function entryStep (folder: UnixFsStep, cid: CID, name: string): UnixFsStep {
  const reason = unsafeReason(name)

  if (reason != null) {
    throw new UnsafeNameError(folder.cid, name, reason)
  }

  return { cid, role: Role.Entry, path: folder.path === '' ? name : `${folder.path}/${name}` }
}

function decodeNode (cid: CID, bytes: Uint8Array): PBNode {
  if (cid.code !== dagPb.code) {
    throw new UnixFsError(cid, `has the codec 0x${cid.code.toString(16)}, which is neither a file nor a folder`)
  }

  try {
    return dagPb.decode(bytes)
  } catch (error) {
    throw new UnixFsError(cid, 'is not valid dag-pb', { cause: error })
  }
}

function decodeData (cid: CID, node: PBNode): UnixFS {
  if (node.Data == null) {
    throw new UnixFsError(cid, 'holds no UnixFS data')
  }

  try {
    return UnixFS.unmarshal(node.Data)
  } catch (error) {
    throw new UnixFsError(cid, 'holds no valid UnixFS data', { cause: error })
  }
}

function requireSize (step: UnixFsStep, size: bigint): void {
  if (step.size != null && step.size !== size) {
    throw new UnixFsError(step.cid, `has ${size} bytes where ${step.size} should be`)
  }
}

function totalSize (base: EntryBase, node: PBNode): number {
  return node.Links.reduce((sum, link) => sum + (link.Tsize ?? 0), base.blockSize)
}

function secondsOf (file: UnixFS): number | undefined {
  return file.mtime == null ? undefined : Number(file.mtime.secs) + (file.mtime.nsecs ?? 0) / 1e9
}
