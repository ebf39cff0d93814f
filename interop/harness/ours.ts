/** Ours, as its users have it: the `bitswap` command, and the node as a library. */
import { fileURLToPath } from 'node:url'
import type { Stat } from 'ts-bitswap'
import { createNode, type BitswapNode } from 'ts-bitswap-node'
import { Peer } from './calls.ts'
import { Child, type ChildExit } from './child.ts'
import type { PatientRead } from './patience.ts'

const PROCESS = fileURLToPath(new URL('./ours-process.ts', import.meta.url))
const COMMAND = fileURLToPath(new URL('../../packages/node/src/cli/main.ts', import.meta.url))
const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

/** What the command prints with `--json`: one of these per line. */
export interface CommandEvent {
  event: string
  [field: string]: unknown
}

/** The command, left running. */
export function bitswapChild (...args: string[]): Child {
  return new Child(process.execPath, ['--conditions=ts-bitswap:source', COMMAND, ...args])
}

/**
 * The command, run to its end.
 *
 * @throws Error with what it printed, when it does not exit with 0
 */
export async function bitswap (...args: string[]): Promise<ChildExit> {
  const exit = await bitswapChild(...args).exited()

  if (exit.code !== 0) {
    throw new Error(`bitswap ${args.join(' ')} ended with ${exit.signal ?? exit.code}\n${exit.stdout}${exit.stderr}`)
  }

  return exit
}

export function eventsOf (stdout: string): CommandEvent[] {
  return stdout.trim().split('\n').filter(line => line !== '').map(line => JSON.parse(line) as CommandEvent)
}

/** Adds a file or folder. @returns the CID of the whole */
export async function add (repo: string, path: string, ...options: string[]): Promise<string> {
  const { stdout } = await bitswap('--repo', repo, 'add', '-Q', ...options, path)

  return stdout.trim()
}

export class Served {
  readonly child: Child
  readonly address: string
  /** The CID of each path that was given, by path. */
  readonly cids: ReadonlyMap<string, string>

  readonly #ready: CommandEvent

  constructor (child: Child, ready: CommandEvent, cids: ReadonlyMap<string, string>) {
    const [address = ''] = ready.addresses as string[]

    this.child = child
    this.address = address
    this.cids = cids
    this.#ready = ready
  }

  get id (): string {
    return this.address.split('/').at(-1) ?? ''
  }

  /** The URL at which it serves `/routing/v1`, if it does. */
  get routingServer (): string {
    return String(this.#ready.routingServer)
  }

  async stop (): Promise<ChildExit> {
    return this.child.stop('SIGINT')
  }
}

/** `bitswap serve`, ready; what was added on the way is in the repo. Looks for nobody unless it is told to. */
export async function serve (repo: string, ...args: string[]): Promise<Served> {
  const routing = args.includes('--routing') ? [] : ['--routing', 'none']
  const child = bitswapChild('--repo', repo, '--json', 'serve', '--listen', LOOPBACK, ...routing, ...args)
  const ready = JSON.parse(await child.line(each => isEvent(each, 'ready'))) as CommandEvent
  const added = eventsOf(child.lines.join('\n')).filter(({ event }) => event === 'added')

  return new Served(child, ready, new Map(added.map(({ name, cid }) => [String(name), String(cid)])))
}

/** Resolves with the CID of what it added once that has been announced. */
export async function findable (served: Served): Promise<string> {
  const [cid = ''] = [...served.cids.values()].slice(-1)

  await served.child.line(line => isEvent(line, 'provided') && (JSON.parse(line) as CommandEvent).cid === cid)

  return cid
}

function isEvent (line: string, event: string): boolean {
  return line.startsWith('{') && (JSON.parse(line) as CommandEvent).event === event
}

/** Of a receipt, what two peers can compare. */
export interface Account {
  sent: number
  received: number
  /** Blocks, both ways. */
  exchanged: number
  value: number
}

/** The node as a library, in a process of its own: the calls of `ours-process.ts`, typed. */
export class OursProcess {
  readonly #peer: Peer

  constructor (peer: Peer) {
    this.#peer = peer
  }

  get address (): string {
    return String(this.#peer.ready.address)
  }

  get id (): string {
    return this.address.split('/').at(-1) ?? ''
  }

  async connect (address: string): Promise<void> {
    await this.#peer.call('connect', { address })
  }

  async readFiles (...cids: string[]): Promise<PatientRead> {
    return this.#peer.call('readFiles', { cids })
  }

  /** How many wants it keeps of a peer. */
  async wantsOf (peer: string): Promise<number> {
    return this.#peer.call('wants', { peer })
  }

  async ledgerOf (peer: string): Promise<Account> {
    return this.#peer.call('ledger', { peer })
  }

  async stat (): Promise<Pick<Stat, 'dataSent' | 'dataReceived' | 'dupDataReceived' | 'peersCutOff'>> {
    return this.#peer.call('stat')
  }

  async stop (): Promise<void> {
    await this.#peer.stop()
  }
}

export async function startOursProcess (repo: string): Promise<OursProcess> {
  return new OursProcess(await Peer.start(PROCESS, [repo]))
}

/** A node in this process, with everything in memory. */
export async function startNode (): Promise<BitswapNode> {
  const node = await createNode({ listen: [LOOPBACK] })

  await node.start()

  return node
}

/** Its address with its peer id. */
export function addressOf (node: BitswapNode): string {
  return String(node.addresses()[0])
}
