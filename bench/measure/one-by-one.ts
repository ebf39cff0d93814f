/** One thing after the other: blocks that each name the next, and the least that this could cost. Milliseconds for each. */
import { addChain } from '../../interop/harness/chain.ts'
import type { ChainInit } from '../../interop/harness/chain.ts'
import { SideName } from '../sides/side.ts'
import type { Stretch } from '../sides/follow-chain.ts'
import type { Figures } from '../suite/case.ts'
import type { Scene } from '../suite/scene.ts'

/** Bytes of payload in a block. */
const SIZE = 2_000

/** Fewer in a small run than this make no average. */
const MIN_COUNT = 50

/** Where a chain can be had. */
interface Source {
  address: string
  head: string
}

type Client = 'ours' | 'bare'

/** From Kubo, which is kept for all that follow the same chain. */
export function chainFromKubo (client: Client | 'kubo', blocks: number): (scene: Scene) => Promise<Figures> {
  return async scene => {
    const init = chainOf(scene, blocks)
    const source: Source = await scene.keep(`chain of ${blocks}`, async cast => {
      const { kubo } = await cast.startKubo()

      return { address: kubo.address, head: await addChain(kubo, init) }
    })

    return client === 'kubo' ? await followWithKubo(scene, source, init.blocks) : await follow(scene, client, source, init.blocks)
  }
}

export function chainFromOurs (blocks: number): (scene: Scene) => Promise<Figures> {
  return async scene => {
    const init = chainOf(scene, blocks)
    const server = await scene.startScript(SideName.Ours)
    const { cid } = await server.call<{ cid: string }>('addChain', { ...init })

    return await follow(scene, SideName.Ours, { address: server.address, head: cid }, init.blocks)
  }
}

/** Requests and answers on one open stream. @param warm - so many go before */
export function requests (count: number, warm: number = 0): (scene: Scene) => Promise<Figures> {
  return async scene => {
    const [server, client] = await Promise.all([scene.startScript(SideName.Bare), scene.startScript(SideName.Bare)])

    await client.connect(server.address)

    if (warm > 0) {
      await client.call('requests', { count: warm })
    }

    return timeOf(await client.call<Stretch>('requests', { count: countOf(scene, count) }))
  }
}

async function follow (scene: Scene, side: Client, { address, head }: Source, blocks: number): Promise<Figures> {
  const client = await scene.startScript(side)

  await client.connect(address)

  const done = await client.call<Stretch>('chain', { cid: head, blocks })

  if (done.blocks !== blocks) {
    throw new Error(`${done.blocks} blocks came of ${blocks}`)
  }

  return timeOf(done)
}

async function followWithKubo (scene: Scene, { address, head }: Source, blocks: number): Promise<Figures> {
  const { kubo } = await scene.startKubo()

  await kubo.connect(address)

  const start = performance.now()
  const { length } = await kubo.refs(head)
  const seconds = (performance.now() - start) / 1000

  // all but the first are linked to
  if (length !== blocks - 1) {
    throw new Error(`${length} links came of ${blocks - 1}`)
  }

  return timeOf({ blocks, seconds })
}

function chainOf (scene: Scene, blocks: number): ChainInit {
  return { blocks: countOf(scene, blocks), size: SIZE, seed: scene.round }
}

function countOf ({ scale }: Scene, count: number): number {
  return Math.max(MIN_COUNT, Math.floor(count * scale))
}

function timeOf ({ blocks, seconds }: Pick<Stretch, 'blocks' | 'seconds'>): Figures {
  return { time: seconds * 1000 / blocks }
}
