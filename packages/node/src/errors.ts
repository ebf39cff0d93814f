/**
 * Every error this package throws on purpose. Each has a stable `name` to
 * switch on, the values as fields, a message that is fit to be shown to a user
 * as it is, and a `cause` where there is one. Errors of the exchange itself
 * (`BlockUnavailableError`, `BlockTooLargeError`, …) are those of `ts-bitswap`.
 */
import type { CID } from 'multiformats/cid'

/** Characters of what a stranger wrote that a message repeats. */
const MAX_QUOTED = 200

function shortened (text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text
}

/** A folder is no repo of ours, or one of a version we do not know. Nothing in it was touched. */
export class NotARepoError extends Error {
  override readonly name = 'NotARepoError'
  readonly path: string

  constructor (path: string, reason: string, options?: ErrorOptions) {
    super(`${path} is not a bitswap repo: ${reason}`, options)
    this.path = path
  }
}

/** Another node, or another command, works on this repo. */
export class RepoInUseError extends Error {
  override readonly name = 'RepoInUseError'
  readonly path: string

  constructor (path: string, options?: ErrorOptions) {
    super(`repo ${path} is in use by another node: stop it, or give another repo with --repo`, options)
    this.path = path
  }
}

/** A file or folder cannot be written because its folder or file system does not allow it. */
export class ReadOnlyError extends Error {
  override readonly name = 'ReadOnlyError'
  readonly path: string
  /** As the operating system names it: EROFS, EACCES or EPERM. */
  readonly code: string

  constructor (path: string, code: string, options?: ErrorOptions) {
    super(`cannot write ${path}: it is read-only (${code})`, options)
    this.path = path
    this.code = code
  }
}

/** There is no room to write a file. What was written of it is removed. */
export class DiskFullError extends Error {
  override readonly name = 'DiskFullError'
  readonly path: string
  /** As the operating system names it: ENOSPC, EDQUOT or EFBIG. */
  readonly code: string

  constructor (path: string, code: string, options?: ErrorOptions) {
    super(`cannot write ${path}: the disk is full (${code})`, options)
    this.path = path
    this.code = code
  }
}

/** The blocks may not take more room than they do. The block that would have is not kept. */
export class RepoFullError extends Error {
  override readonly name = 'RepoFullError'
  readonly path: string
  /** Bytes the blocks may take, those they take, and those that were needed beside them. */
  readonly limit: number
  readonly size: number
  readonly needed: number

  constructor (path: string, { limit, size, needed }: { limit: number, size: number, needed: number }) {
    const where = path === '' ? 'the repo in memory' : `repo ${path}`

    super(`${where} is full: its blocks take ${size} bytes of the ${limit} allowed, and ${needed} more are needed: remove what is not pinned with "repo gc", or allow more`)
    this.path = path
    this.limit = limit
    this.size = size
    this.needed = needed
  }
}

/** The bytes of a stored block do not match its CID. They are never handed out; the file is left for inspection. */
export class CorruptBlockError extends Error {
  override readonly name = 'CorruptBlockError'
  readonly cid: CID
  readonly path: string

  constructor (cid: CID, path: string) {
    super(`block ${cid} is corrupt in the repo: ${path} does not match its hash`)
    this.cid = cid
    this.path = path
  }
}

/** A folder of blocks is laid out in a way we cannot read. */
export class UnsupportedLayoutError extends Error {
  override readonly name = 'UnsupportedLayoutError'
  readonly path: string

  constructor (path: string, reason: string) {
    super(`cannot use the block folder ${path}: ${reason}`)
    this.path = path
  }
}

/** A block came from outside (a CAR, a file) under a CID that is not its own. Nothing of it was kept. */
export class HashMismatchError extends Error {
  override readonly name = 'HashMismatchError'
  readonly cid: CID

  constructor (cid: CID) {
    super(`the bytes of block ${cid} do not match its hash`)
    this.cid = cid
  }
}

/** A CAR cannot be read. Blocks before the fault have been stored. */
export class MalformedCarError extends Error {
  override readonly name = 'MalformedCarError'

  constructor (reason: string, options?: ErrorOptions) {
    super(`not a valid CAR: ${reason}`, options)
  }
}

/** A block is not what was expected in its place: not UnixFS, a folder where a file should be, sizes that do not add up. */
export class UnixFsError extends Error {
  override readonly name = 'UnixFsError'
  readonly cid: CID

  constructor (cid: CID, reason: string, options?: ErrorOptions) {
    super(`${cid} ${reason}`, options)
    this.cid = cid
  }
}

/** A folder holds a name that would be written outside the output folder, or over another entry, or is too long to be written. */
export class UnsafeNameError extends Error {
  override readonly name = 'UnsafeNameError'
  readonly entry: string
  readonly cid: CID

  constructor (cid: CID, entry: string, reason: string) {
    super(`refused to write ${JSON.stringify(shortened(entry))} from ${cid}: ${reason}`)
    this.cid = cid
    this.entry = entry
  }
}

/** What is to be written exists already, and replacing it would lose something. */
export class OutputExistsError extends Error {
  override readonly name = 'OutputExistsError'
  readonly path: string

  constructor (path: string, reason: string) {
    super(`cannot write ${path}: ${reason}`)
    this.path = path
  }
}

/** A file that is to be added cannot be read, or is of a kind that cannot be added. */
export class UnreadableInputError extends Error {
  override readonly name = 'UnreadableInputError'
  readonly path: string

  constructor (path: string, reason: string, options?: ErrorOptions) {
    super(`cannot add ${path}: ${reason}`, options)
    this.path = path
  }
}

/** A node cannot accept peers where it was told to. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  readonly addresses: readonly string[]

  constructor (addresses: readonly string[], reason: string, options?: ErrorOptions) {
    super(`cannot listen at ${addresses.join(', ')}: ${reason}`, options)
    this.addresses = addresses
  }
}

/** No connection to any of the addresses could be made. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
  readonly addresses: readonly string[]
  readonly reason: string

  constructor (addresses: readonly string[], reason: string, options?: ErrorOptions) {
    super(`cannot reach ${addresses.join(', ')}: ${reason}`, options)
    this.addresses = addresses
    this.reason = reason
  }
}

/** A block is not in the repo, and there is nobody to ask for it. */
export class BlockMissingError extends Error {
  override readonly name = 'BlockMissingError'
  readonly cid: CID

  constructor (cid: CID, advice: string, options?: ErrorOptions) {
    super(`block ${cid} is not in the repo${advice}`, options)
    this.cid = cid
  }
}

/** Nothing came for too long. */
export class StalledError extends Error {
  override readonly name = 'StalledError'
  readonly cid: CID
  /** Milliseconds. */
  readonly timeout: number

  constructor (cid: CID, timeout: number, peers: string) {
    super(`no block came for ${timeout / 1000} s while waiting for ${cid}: ${peers}`)
    this.cid = cid
    this.timeout = timeout
  }
}

/** A command was given something it cannot work with. */
export class InvalidArgumentError extends Error {
  override readonly name = 'InvalidArgumentError'
  readonly value: string

  constructor (what: string, value: string, reason: string, options?: ErrorOptions) {
    super(`invalid ${what} ${JSON.stringify(value)}: ${reason}`, options)
    this.value = value
  }
}

/** The config file says something it cannot mean, or cannot be read. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly path: string
  /** As `routing[0]`; empty for the whole file. */
  readonly field: string

  constructor (path: string, field: string, reason: string, options?: ErrorOptions) {
    super(`config ${path}: ${field === '' ? '' : `${field}: `}${reason}`, options)
    this.path = path
    this.field = field
  }
}

/** The user ended the command, with Ctrl-C or a signal. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
  readonly signal: string

  constructor (signal: string) {
    super(`interrupted (${signal})`)
    this.signal = signal
  }
}
