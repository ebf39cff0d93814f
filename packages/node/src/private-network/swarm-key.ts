/**
 * The key of a private network, as Kubo keeps it in `swarm.key`: two lines of
 * header, then 32 bytes in base16, base64 or as they are. Who has it may connect,
 * nobody else; it is not told to anybody, and no error repeats it.
 */
import { constants, open, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { SwarmKeyError } from './errors.ts'
import { errorCode, storageError } from '../store/storage-error.ts'

/** https://github.com/libp2p/specs/blob/master/pnet/Private-Networks-PSK-V1.md */
const HEADER = '/key/swarm/psk/1.0.0/'
const KEY_SIZE = 32

/** The longest that makes sense has some 100 bytes. */
const MAX_FILE_SIZE = 4_096

interface Line {
  text: string
  /** What comes behind it. */
  rest: Uint8Array
}

/**
 * The 32 bytes.
 *
 * @throws SwarmKeyError, which says what is wrong with the file
 */
export async function readSwarmKey (path: string): Promise<Uint8Array> {
  return parseSwarmKey(await readSmallFile(path), path)
}

/** As {@link readSwarmKey}, undefined where there is no file. */
export async function readSwarmKeyIfAny (path: string): Promise<Uint8Array | undefined> {
  try {
    return await readSwarmKey(path)
  } catch (error) {
    if (error instanceof SwarmKeyError && errorCode(error.cause) === 'ENOENT') {
      return undefined
    }

    throw error
  }
}

async function readSmallFile (path: string): Promise<Uint8Array> {
  try {
    // without NONBLOCK opening a pipe waits for whoever writes to it
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)

    try {
      const buffer = new Uint8Array(MAX_FILE_SIZE + 1)
      const { bytesRead } = await file.read(buffer)

      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new SwarmKeyError(path, `it cannot be read (${errorCode(error) ?? String(error)})`, { cause: error })
  }
}

/** @param path - for the error */
export function parseSwarmKey (file: Uint8Array, path: string): Uint8Array {
  if (file.byteLength === 0) {
    throw new SwarmKeyError(path, 'it is empty')
  }

  if (file.byteLength > MAX_FILE_SIZE) {
    throw new SwarmKeyError(path, `it is longer than ${MAX_FILE_SIZE} bytes`)
  }

  const header = lineOf(file)

  if (header?.text !== HEADER) {
    throw new SwarmKeyError(path, `its first line is not ${HEADER}`)
  }

  const encoding = lineOf(header.rest)

  switch (encoding?.text) {
    case '/base16/': return decoded(encoding.rest, 'base16', path)
    case '/base64/': return decoded(encoding.rest, 'base64', path)
    case '/bin/': return rightSize(new Uint8Array(encoding.rest.subarray(0, KEY_SIZE)), path)
    default: throw new SwarmKeyError(path, 'its second line is none of /base16/, /base64/ and /bin/')
  }
}

function lineOf (bytes: Uint8Array): Line | undefined {
  const end = bytes.indexOf(0x0a)

  return end < 0 ? undefined : { text: Buffer.from(bytes.subarray(0, end)).toString('latin1').replace(/\r+$/, ''), rest: bytes.subarray(end + 1) }
}

/** Of its third line: what follows is of no interest, as for Kubo. */
function decoded (bytes: Uint8Array, encoding: 'base16' | 'base64', path: string): Uint8Array {
  const text = (Buffer.from(bytes).toString('latin1').split('\n')[0] ?? '').trim()
  const valid = encoding === 'base16' ? /^(?:[\da-f]{2})*$/i : /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/

  if (!valid.test(text)) {
    throw new SwarmKeyError(path, `its third line is not ${encoding}`)
  }

  return rightSize(new Uint8Array(Buffer.from(text, encoding === 'base16' ? 'hex' : 'base64')), path)
}

function rightSize (key: Uint8Array, path: string): Uint8Array {
  if (key.byteLength !== KEY_SIZE) {
    throw new SwarmKeyError(path, `the key has ${key.byteLength} bytes instead of ${KEY_SIZE}`)
  }

  return key
}

/** The text of such a file, as Kubo and libp2p read it. */
export function formatSwarmKey (key: Uint8Array): string {
  return `${HEADER}\n/base16/\n${Buffer.from(key).toString('hex')}\n`
}

/** A new one, by chance. */
export function generateSwarmKey (): Uint8Array {
  return new Uint8Array(randomBytes(KEY_SIZE))
}

/**
 * Writes a key to a new file, which only its owner may read. One that is there
 * already is never replaced: all who have it would be shut out.
 *
 * @throws SwarmKeyError, ReadOnlyError, DiskFullError
 */
export async function writeSwarmKey (path: string, key: Uint8Array): Promise<void> {
  try {
    await writeFile(path, formatSwarmKey(key), { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    throw errorCode(error) === 'EEXIST' ? new SwarmKeyError(path, 'it exists already', { cause: error }) : storageError(error, path)
  }
}
