/**
 * A peer in a process of its own, whoever made it: it holds what others fetch,
 * and fetches what others hold. All are asked the same.
 */
import { writeFile, mkdir, mkdtemp, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { Peer } from '../../interop/harness/calls.ts'
import type { CallParameters } from '../../interop/harness/calls.ts'
import { isFolder, smallFiles } from '../../interop/harness/content.ts'
import type { Content, Held } from '../../interop/harness/content.ts'
import { temporaryFolder, writeRandomFile } from '../../interop/harness/data.ts'
import { Kubo } from '../../interop/harness/kubo.ts'
import { noSuchWay } from '../../interop/harness/ways.ts'
import type { Fetched, Traffic, Way } from '../../interop/harness/ways.ts'
import { emptyFiles, removeAtExit } from '../suite/ground.ts'

export const SideName = { Ours: 'ours', Helia: 'helia', Kubo: 'kubo', Bare: 'bare' } as const
export type SideName = typeof SideName[keyof typeof SideName]

export interface Side {
  readonly address: string
  readonly pid: number
  /** Makes it and keeps it for others. */
  hold (content: Content): Promise<Held>
  connect (address: string): Promise<void>
  /** Says what is to be fetched next. */
  take (held: Held): Promise<void>
  fetch (way: Way): Promise<Fetched>
  traffic (): Promise<Traffic>
  /** Twice is a no-op. */
  stop (): Promise<void>
}

const SCRIPTS = {
  [SideName.Ours]: new URL('./ours-process.ts', import.meta.url),
  [SideName.Helia]: new URL('../../interop/helia/node.ts', import.meta.url),
  [SideName.Bare]: new URL('./bare-process.ts', import.meta.url)
}

const IN_MEMORY = '/dev/shm'

/** Of all that two repositories hold in a case, in bytes. */
const ENOUGH = 2 ** 31

let memory: Promise<string | undefined> | undefined

const TUNE = new URL('./tune.ts', import.meta.url).href

export interface SideOptions {
  /** Encrypts with noise in place of tls. Kubo encrypts as the other likes. */
  noise?: boolean
  /** Of a bare stream: with the tls of `@libp2p/tls`, in place of that of ours. */
  usualTls?: boolean
  /** Of ours: the folder its blocks are kept in; else they are in memory. */
  repo?: string
  /** Of Kubo: its repository is in memory, where there is a file system for that; else it is in the folder for temporary files. */
  kuboInMemory?: boolean
  /** Is V8 told what to do otherwise (`tuneV8`)? Ours is unless this is false, as the command is; others are if it is true. */
  tuned?: boolean
}

export async function startSide (name: SideName, options: SideOptions = {}): Promise<Side> {
  return name === SideName.Kubo ? await startKubo(options) : await startScript(name, options)
}

export async function startKubo ({ kuboInMemory = false }: SideOptions = {}): Promise<KuboSide> {
  const folder = kuboInMemory ? await inMemory() : undefined

  return new KuboSide(await Kubo.start({}, folder), { inMemory: folder != null })
}

/** The same for all of a run. */
function inMemory (): Promise<string | undefined> {
  memory ??= folderInMemory()

  return memory
}

/** Linux has one; that of a container may be too small. */
async function folderInMemory (): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs(IN_MEMORY)

    return bavail * bsize >= ENOUGH ? await groundInMemory() : undefined
  } catch {
    return undefined
  }
}

/** What a run that is ended leaves there would take memory until the machine is started again. */
async function groundInMemory (): Promise<string> {
  const path = await mkdtemp(join(IN_MEMORY, 'bitswap-ground-'))

  removeAtExit(path)

  return path
}

/** Any but Kubo. */
export async function startScript (name: Exclude<SideName, 'kubo'>, { noise = false, usualTls = false, repo, tuned = name === SideName.Ours }: SideOptions = {}): Promise<ScriptSide> {
  const encrypter = noise ? ['--noise'] : usualTls ? ['--usual-tls'] : name === SideName.Helia ? ['--tls'] : []

  return new ScriptSide(await Peer.start(fileURLToPath(SCRIPTS[name]), [...encrypter, ...repo == null ? [] : ['--repo', repo]], tuned ? [`--import=${TUNE}`] : []))
}

/** One of ours to call: a script that answers these calls. */
export class ScriptSide implements Side {
  readonly #peer: Peer

  constructor (peer: Peer) {
    this.#peer = peer
  }

  get address (): string {
    return String(this.#peer.ready.address)
  }

  get pid (): number {
    return this.#peer.child.pid ?? 0
  }

  /** A call that not all sides answer. */
  async call<T> (method: string, parameters?: CallParameters): Promise<T> {
    return await this.#peer.call<T>(method, parameters)
  }

  async hold (content: Content): Promise<Held> {
    return await this.call('hold', { ...content })
  }

  async connect (address: string): Promise<void> {
    await this.call('connect', { address })
  }

  async take (held: Held): Promise<void> {
    await this.call('take', { ...held })
  }

  async fetch (way: Way): Promise<Fetched> {
    return await this.call('fetch', { ...way })
  }

  async traffic (): Promise<Traffic> {
    return await this.call('traffic')
  }

  async stop (): Promise<void> {
    await this.#peer.stop()
  }
}

/** Kubo, with its default block store, flatfs. A list is fetched by what links to it: `ipfs refs -r`. */
export class KuboSide implements Side {
  readonly kubo: Kubo
  readonly #inMemory: boolean
  #held: Held = { root: '', leaves: [], size: 0 }

  constructor (kubo: Kubo, { inMemory }: { inMemory: boolean }) {
    this.kubo = kubo
    this.#inMemory = inMemory
  }

  get address (): string {
    return this.kubo.address
  }

  get pid (): number {
    return this.kubo.pid
  }

  async hold (content: Content): Promise<Held> {
    const folder = await temporaryFolder('content')
    const path = join(folder.path, 'content')
    let size = 0

    if (isFolder(content)) {
      await mkdir(path)

      for (const file of smallFiles(content)) {
        await writeFile(join(path, file.path), file.content)
        size += file.content.length
      }
    } else {
      await writeRandomFile(path, content.size, content.seed)
      size = content.size
    }

    const chunker = isFolder(content) ? [] : [`--chunker=size-${content.chunkSize}`]
    const root = await this.kubo.add(path, '--cid-version=1', '--raw-leaves', '--pin=false', ...chunker)

    await emptyFiles(folder.path)

    return { root, leaves: leavesOf(await this.kubo.refs(root)), size }
  }

  async connect (address: string): Promise<void> {
    await this.kubo.connect(address)
  }

  async take (held: Held): Promise<void> {
    this.#held = held
  }

  async fetch ({ by }: Way): Promise<Fetched> {
    const { root, leaves, size } = this.#held
    const start = performance.now()
    const seconds = (): number => (performance.now() - start) / 1000

    switch (by) {
      case 'list':
      case 'walk': {
        const refs = await this.kubo.refs(root)
        const fetched = { size, seconds: seconds() }

        return leavesOf(refs).length === leaves.length ? fetched : { ...fetched, size: 0 }
      }
      case 'first': return { size: await this.kubo.catFirst(root), seconds: seconds() }
      default: return noSuchWay(by)
    }
  }

  async traffic (): Promise<Traffic> {
    const { all } = await this.kubo.dataReceived()

    return { received: all, messagesReceived: await this.kubo.messagesReceived() }
  }

  async stop (): Promise<void> {
    if (this.#inMemory) {
      await this.kubo.stop()

      return
    }

    await this.kubo.stopDaemon()
    await emptyFiles(this.kubo.repo)
  }
}

function leavesOf (refs: readonly string[]): string[] {
  return refs.filter(each => CID.parse(each).code === raw.code)
}
