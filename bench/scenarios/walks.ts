/**
 * The ways to get one thing after the other that the chain compares: each a
 * client in a new process, ready to go on for as many steps as it is told.
 */
import { fileURLToPath } from 'node:url'
import { Peer } from '../../interop/harness/calls.ts'
import type { ChainInit } from '../../interop/harness/chain.ts'
import type { Stretch } from '../sides/follow-chain.ts'

const OURS = fileURLToPath(new URL('../sides/ours-process.ts', import.meta.url))
const BARE = fileURLToPath(new URL('../sides/bare-process.ts', import.meta.url))

/** One way, as far as it has been walked. */
export interface Walk {
  /** Gets so many more. @returns seconds it took */
  go (steps: number): Promise<number>
  stop (): Promise<void>
}

export const Client = { Ours: OURS, Bare: BARE } as const
export type Client = typeof Client[keyof typeof Client]

/** Where a chain can be had. */
export interface ChainSource {
  address: string
  /** Its first block. */
  head: string
}

/** Ours or the bare client, along a chain at a server that runs. */
export async function walkChain (script: Client, source: ChainSource): Promise<Walk> {
  const client = await Peer.start(script)
  let next: string | undefined = source.head

  await client.call('connect', { address: source.address })

  return {
    go: async steps => {
      const done: Stretch = await client.call<Stretch>('chain', { cid: next, blocks: steps })

      if (done.blocks !== steps) {
        throw new Error(`${done.blocks} blocks arrived of ${steps}`)
      }

      next = done.next

      return done.seconds
    },
    stop: async () => { await client.stop() }
  }
}

/** Ours, from one of ours that has the chain. */
export async function walkOwnChain (init: ChainInit): Promise<Walk> {
  const server = await Peer.start(OURS)
  const { cid } = await server.call<{ cid: string }>('addChain', { ...init })
  const walk = await walkChain(OURS, { address: String(server.ready.address), head: cid })

  return { ...walk, stop: async () => { await Promise.all([walk.stop(), server.stop()]) } }
}

/** Requests and answers on one open stream. */
export async function walkRequests (): Promise<Walk> {
  const [server, client] = await Promise.all([Peer.start(BARE), Peer.start(BARE)])

  await client.call('connect', { address: server.ready.address })
  await client.call('open')

  return {
    go: async steps => (await client.call<{ seconds: number }>('requests', { blocks: steps })).seconds,
    stop: async () => { await Promise.all([client.stop(), server.stop()]) }
  }
}
