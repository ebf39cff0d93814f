/**
 * Opens what a command reads blocks from: the repo, and once a block is missing
 * the peers that `--peer` names or those that routing finds, on a node that
 * lives as long as the command. All of it is closed again, whatever happens.
 */
import { BlockUnavailableError } from 'ts-bitswap/errors'
import { BlockMissingError, StalledError, UnreachableError } from '../errors.ts'
import { LocalSource, PeerSource } from '../node/block-source.ts'
import { describeSearch } from '../node/describe-search.ts'
import { LateSource } from '../node/late-source.ts'
import { swarmKeyHint } from '../private-network/connect-hint.ts'
import { fetchSettings } from './network.ts'
import { parseAddresses } from './values.ts'
import type { ConfigFlags } from './network.ts'
import type { CommandContext } from './context.ts'
import type { NetworkFlags } from './config/settings.ts'
import type { BlockSource } from '../node/block-source.ts'
import type { BitswapNode } from '../node/create-node.ts'
import type { NodeInit } from '../node/options.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { CID } from 'multiformats/cid'
import type { DiskRepo } from '../store/repo.ts'
import type { Stat } from 'ts-bitswap'

export interface FetchOptions extends NetworkFlags, ConfigFlags {
  /** Addresses of peers to ask. */
  peer: string[]
  /** Milliseconds without a block after which to give up. */
  timeout: number
  /** Go on asking peers that said no. */
  wait?: boolean
}

export interface FetchSource {
  readonly source: BlockSource
  readonly repo: DiskRepo
  /** What went over the wire; undefined when nobody was asked. */
  stat: () => Stat | undefined
}

/** Opens a source, hands it to `use`, and closes it. */
export async function withFetchSource<T> (context: CommandContext, options: FetchOptions, use: (fetch: FetchSource) => Promise<T>): Promise<T> {
  const addresses = await parseAddresses(options.peer)
  const init = await fetchSettings(context, options)
  const { openRepo } = await import('../store/repo.ts')
  const isAlone = addresses.length === 0 && asksNobody(init)
  // who asks nobody fails with it
  const onCorrupt = ({ message }: Error): void => { context.output.warn(`${message}; others are asked for it`) }
  const repo = await openRepo(context.repo, isAlone ? {} : { onCorrupt }, init.store)

  if (isAlone) {
    try {
      return await use({ source: new LocalSource(repo.blockstore, nobodyToAsk), repo, stat: () => undefined })
    } finally {
      await repo.close()
    }
  }

  const peers = new Peers(context, options, { repo, init, addresses })

  try {
    // who names peers is about to need them; routing is for what is not here
    const source = addresses.length > 0 ? await peers.open() : new LateSource(new LocalSource(repo.blockstore), async () => await peers.open())

    return await use({ source, repo, stat: () => peers.stat() })
  } catch (error) {
    if (error instanceof BlockUnavailableError || error instanceof StalledError) {
      peers.tellWhyNobodyWasFound()
    }

    throw error
  } finally {
    await peers.close()
  }
}

interface PeersInit {
  repo: DiskRepo
  init: NodeInit
  addresses: Multiaddr[]
}

/** The node of a command, from when it is needed. */
class Peers {
  readonly #context: CommandContext
  readonly #options: FetchOptions
  readonly #init: PeersInit
  readonly #closing = new AbortController()
  #starting: Promise<BitswapNode> | undefined
  #node: BitswapNode | undefined
  #source: PeerSource | undefined

  constructor (context: CommandContext, options: FetchOptions, init: PeersInit) {
    this.#context = context
    this.#options = options
    this.#init = init
  }

  async open (): Promise<BlockSource> {
    const { output } = this.#context

    this.#starting = this.#start()

    const { bitswap } = await this.#starting

    this.#closing.signal.throwIfAborted()
    this.#source = new PeerSource(bitswap, {
      timeout: this.#options.timeout,
      wait: this.#options.wait ?? false,
      onSlow: message => { output.warn(message) }
    })

    return await this.#connect(this.#source)
  }

  stat (): Stat | undefined {
    return this.#node?.bitswap.stat()
  }

  /** Of what was to find others and could not: said once, when the command has failed for want of a block. */
  tellWhyNobodyWasFound (): void {
    for (const line of this.#node == null || this.#context.signal.aborted ? [] : describeSearch(this.#node)) {
      this.#context.output.warn(line)
    }
  }

  /** Lets go of the repo, too; not while a node is being made on it, which then asks nobody. */
  async close (): Promise<void> {
    this.#closing.abort()
    this.#source?.close()
    await this.#starting?.catch(() => undefined) // told to whoever opened it
    await (this.#node == null ? this.#init.repo.close() : this.#node.stop())
  }

  async #start (): Promise<BitswapNode> {
    const { output } = this.#context
    const { repo, init } = this.#init

    // libp2p takes longer to load than most commands take to run
    const { createNode } = await import('../node/create-node.ts')

    this.#closing.signal.throwIfAborted()
    this.#node = await createNode(init, { repo, onWarning: message => { output.warn(message) } })
    this.#closing.signal.throwIfAborted()
    await this.#node.start()

    return this.#node
  }

  /** Without any of the peers what is here already can still be had; what is not fails with why nobody could be asked. */
  async #connect (source: PeerSource): Promise<BlockSource> {
    const { output, signal } = this.#context
    const { repo, addresses, init } = this.#init

    try {
      for (const error of addresses.length === 0 ? [] : await source.connect(addresses, signal)) {
        output.warn(hinted(error, init).message)
      }

      return source
    } catch (error) {
      if (!(error instanceof UnreachableError)) {
        throw error
      }

      if (!asksNobody(init)) {
        output.warn(hinted(error, init).message)

        return source
      }

      return new LocalSource(repo.blockstore, () => hinted(error, init))
    }
  }
}

/** With what may be the reason where keys do not fit. */
function hinted (error: UnreachableError, { privateNetwork: { swarmKey = '' } = {} }: NodeInit): UnreachableError {
  const hint = swarmKeyHint(error.cause, swarmKey !== '')

  return hint === '' ? error : new UnreachableError(error.addresses, error.reason + hint, { cause: error.cause })
}

/** Is there no way to find a peer? */
function asksNobody ({ routing: { dht = false, lanDht = false, delegated = [], mdns = false, providers = {}, peers = [], bootstrap = [] } = {} }: NodeInit): boolean {
  return dht === false && lanDht === false && !mdns && [delegated, Object.keys(providers), peers, bootstrap].every(list => list.length === 0)
}

function nobodyToAsk (cid: CID, cause: unknown): Error {
  return new BlockMissingError(cid, ', and there is no peer to ask: name one with --peer, or a way to find one with --routing', { cause })
}
