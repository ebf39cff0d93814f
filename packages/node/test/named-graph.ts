/**
 * Graphs of blocks by name, and reads of them that are held back until the test
 * lets them through. Time stands still but for {@link settled}.
 */
import { mock } from 'node:test'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { identity } from 'multiformats/hashes/identity'
import { HEAD_START } from '../src/files/walk-pace.ts'
import type { Walk } from '../src/files/dag-walk.ts'

mock.timers.enable({ apis: ['setTimeout'] })

export interface Named {
  cid: CID
  name: string
}

export type Graph = Record<string, string[]>

export function named (name: string): Named {
  return { cid: CID.createV1(raw.code, identity.digest(new TextEncoder().encode(name))), name }
}

/** Every read is held back until the test lets it through. */
export class Reads {
  readonly asked: string[] = []
  readonly waiting: Map<string, () => void> = new Map()
  most = 0

  async read (step: Named, signal: AbortSignal): Promise<Uint8Array> {
    this.asked.push(step.name)
    await new Promise<void>((resolve, reject) => {
      this.waiting.set(step.name, resolve)
      this.most = Math.max(this.most, this.waiting.size)
      signal.addEventListener('abort', () => { reject(signal.reason as Error) })
    })

    return new Uint8Array(10)
  }

  async release (...names: string[]): Promise<void> {
    for (const name of names) {
      this.waiting.get(name)?.()
      this.waiting.delete(name)
    }

    await settled()
  }
}

/** What is left for later turns of the event loop has been done. */
export async function turns (): Promise<void> {
  for (let turn = 0; turn < 14; turn++) {
    await new Promise(resolve => { setImmediate(resolve) })
  }
}

/** The same, and nobody is given a head start any more. */
export async function settled (): Promise<void> {
  await turns()
  mock.timers.tick(HEAD_START)
  await turns()
}

export function walkOf (graph: Graph, read?: Walk<Named, string>['read']): Walk<Named, string> {
  return {
    read: read ?? (async () => new Uint8Array(10)),
    unfold: step => ({ value: step.name, next: (graph[step.name] ?? []).map(named) })
  }
}
