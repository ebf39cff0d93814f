/**
 * A Kubo daemon on loopback with a repository of its own: no bootstrap, no
 * routing, nothing that talks to anybody but the test.
 */
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Child, runToEnd, type ChildExit } from './child.ts'
import type { Account } from './ours.ts'
import { readPatiently, type PatientRead } from './patience.ts'

export const KUBO_VERSION = '0.43.0'

/** Where `npm run test:interop` puts it. */
export const KUBO_PATH: string = fileURLToPath(new URL(`../.cache/ipfs-${KUBO_VERSION}`, import.meta.url))

const SETTINGS: ReadonlyArray<[string, unknown]> = [
  ['Bootstrap', []],
  ['Addresses.Swarm', ['/ip4/127.0.0.1/tcp/0']],
  ['Routing.Type', 'none'],
  ['AutoTLS.Enabled', false],
  ['AutoConf.Enabled', false],
  ['Swarm.AddrFilters', []]
]

export class Kubo {
  readonly repo: string
  #daemon: Child | undefined
  #api = ''
  #address = ''

  private constructor (repo: string) {
    this.repo = repo
  }

  /**
   * A repository without a daemon.
   *
   * @param settings - of its config file, beside the usual
   * @param parent - where its folder is made
   */
  static async init (settings: Readonly<Record<string, unknown>> = {}, parent: string = tmpdir()): Promise<Kubo> {
    if (!existsSync(KUBO_PATH)) {
      throw new Error(`Kubo ${KUBO_VERSION} is not built: npm run test:interop does that`)
    }

    const kubo = new Kubo(await mkdtemp(join(parent, 'bitswap-kubo-')))

    await kubo.ipfs('init', '--profile=test')

    for (const [key, value] of [...SETTINGS, ...Object.entries(settings)]) {
      await kubo.ipfs('config', '--json', key, JSON.stringify(value))
    }

    return kubo
  }

  /** A running daemon; the parameters are those of {@link init}. */
  static async start (settings?: Readonly<Record<string, unknown>>, parent?: string): Promise<Kubo> {
    const kubo = await Kubo.init(settings, parent)

    await kubo.startDaemon()

    return kubo
  }

  /** Its address with its peer id; of the running daemon. */
  get address (): string {
    return this.#address
  }

  /** Where its gateway answers, `/routing/v1` too; of the running daemon. */
  async gateway (): Promise<string> {
    return (await readFile(join(this.repo, 'gateway'), 'utf8')).trim()
  }

  get id (): string {
    return this.#address.split('/').at(-1) ?? ''
  }

  /** Of its daemon; 0 without one. */
  get pid (): number {
    return this.#daemon?.pid ?? 0
  }

  async startDaemon (): Promise<void> {
    // no command may run before it is ready: it would take the lock of the repository
    const daemon = new Child(KUBO_PATH, ['daemon'], { env: this.#env() })
    this.#daemon = daemon

    await daemon.line(line => line.includes('Daemon is ready'))

    const [, host, port] = /^\/ip4\/([\d.]+)\/tcp\/(\d+)$/.exec((await readFile(join(this.repo, 'api'), 'utf8')).trim()) ?? []
    this.#api = `http://${host}:${port}/api/v0`

    const { ID, Addresses } = await this.api<{ ID: string, Addresses: string[] }>('id')
    const [address = ''] = Addresses.filter(each => each.startsWith('/ip4/127.0.0.1/tcp/'))
    this.#address = address.includes('/p2p/') ? address : `${address}/p2p/${ID}`
  }

  async stopDaemon (): Promise<void> {
    await this.#daemon?.stop('SIGTERM')
    this.#daemon = undefined
  }

  /** Ends it and deletes its repository. */
  async stop (): Promise<void> {
    await this.stopDaemon()
    await rm(this.repo, { recursive: true, force: true })
  }

  /** Runs the command on this repository, through the daemon if there is one. */
  async ipfs (...args: string[]): Promise<ChildExit> {
    return runToEnd(KUBO_PATH, args, { env: this.#env() })
  }

  /** As {@link ipfs}, left running. */
  ipfsChild (...args: string[]): Child {
    return new Child(KUBO_PATH, args, { env: this.#env() })
  }

  /** Adds a file or folder. @returns the CID of the whole */
  async add (path: string, ...options: string[]): Promise<string> {
    const { stdout } = await this.ipfs('add', '-r', '-Q', ...options, path)

    return stdout.trim()
  }

  /** Calls its HTTP interface, which is cheaper than the command. */
  async api<T> (path: string, query: Record<string, string> = {}, signal?: AbortSignal): Promise<T> {
    const response = await this.#call(path, query, { signal })

    return await response.json() as T
  }

  async block (cid: string, signal?: AbortSignal): Promise<Uint8Array> {
    const response = await this.#call('block/get', { arg: cid }, { signal })

    return new Uint8Array(await response.arrayBuffer())
  }

  /** The CID of a raw block with these bytes. */
  static async cidOf (bytes: Uint8Array): Promise<string> {
    return CID.createV1(raw.code, await sha256.digest(bytes)).toString()
  }

  /** Reads files as a user would, all at once. */
  async readFiles (...cids: string[]): Promise<PatientRead> {
    return readPatiently(cids.map(cid => async signal => {
      const { body } = await this.#call('cat', { arg: cid }, { signal })

      return body ?? new ReadableStream<Uint8Array>()
    }))
  }

  /** Reads a file until its first bytes are here. @returns how many */
  async catFirst (cid: string): Promise<number> {
    const { body } = await this.#call('cat', { arg: cid })

    for await (const bytes of body ?? []) {
      return bytes.length
    }

    return 0
  }

  /** Stores one block. @returns its CID */
  async putBlock (bytes: Uint8Array, codec: string = 'raw'): Promise<string> {
    const body = new FormData()
    body.set('data', new Blob([new Uint8Array(bytes)]))

    const response = await this.#call('block/put', { 'cid-codec': codec }, { body })
    const { Key } = await response.json() as { Key: string }

    return Key
  }

  /** All that is linked from a block, each once, in order; fetched where it lacks. */
  async refs (cid: string): Promise<string[]> {
    const response = await this.#call('refs', { arg: cid, recursive: 'true', unique: 'true' })
    const lines = (await response.text()).trim().split('\n')

    return lines.filter(line => line !== '').map(line => (JSON.parse(line) as { Ref: string }).Ref)
  }

  async connect (address: string): Promise<void> {
    await this.api('swarm/connect', { arg: address })
  }

  /** What `ipfs bitswap ledger` says of a peer. */
  async ledgerOf (peer: string): Promise<Account> {
    const { Sent, Recv, Exchanged, Value } = await this.api<{ Sent: number, Recv: number, Exchanged: number, Value: number }>('bitswap/ledger', { arg: peer })

    return { sent: Sent, received: Recv, exchanged: Exchanged, value: Value }
  }

  /** Of what `ipfs bitswap stat` says: all bytes of blocks that came, and of them those it had. */
  async dataReceived (): Promise<{ all: number, duplicate: number }> {
    const { DataReceived, DupDataReceived } = await this.api<{ DataReceived: number, DupDataReceived: number }>('bitswap/stat')

    return { all: DataReceived, duplicate: DupDataReceived }
  }

  /** Of the same: messages that came. */
  async messagesReceived (): Promise<number> {
    const { MessagesReceived } = await this.api<{ MessagesReceived: number }>('bitswap/stat')

    return MessagesReceived
  }

  /** The CIDs a peer asks it for. */
  async wantlistOf (peer: string): Promise<string[]> {
    const { Keys } = await this.api<{ Keys: Array<{ '/': string }> | null }>('bitswap/wantlist', { peer })

    return (Keys ?? []).map(key => key['/'])
  }

  /** Resolves once it keeps a want of that peer for that block. */
  async wanted (peer: string, cid: string): Promise<void> {
    while (!(await this.wantlistOf(peer)).includes(cid)) {
      // asking again is the waiting: each call is a round trip to another process
    }
  }

  /** Resolves once it keeps no want of that peer for that block. */
  async unwanted (peer: string, cid: string): Promise<void> {
    while ((await this.wantlistOf(peer)).includes(cid)) {
      // as above
    }
  }

  async #call (path: string, query: Record<string, string>, init: { body?: FormData, signal?: AbortSignal | undefined } = {}): Promise<Response> {
    const response = await fetch(`${this.#api}/${path}?${new URLSearchParams(query).toString()}`, {
      method: 'POST',
      body: init.body ?? null,
      signal: init.signal ?? null
    })

    if (!response.ok) {
      throw new Error(`ipfs ${path}: ${await response.text()}`)
    }

    return response
  }

  #env (): Record<string, string> {
    return { IPFS_PATH: this.repo, IPFS_TELEMETRY: 'off', GOLOG_LOG_LEVEL: 'error' }
  }
}
