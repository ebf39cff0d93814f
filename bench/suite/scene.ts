/**
 * Where something is measured: starts peers and ends them. Those of a
 * measurement end with it; what is kept ends with its case, and is for Kubo,
 * which is as fast at once as it is later, and for what takes long to make.
 */
import { temporaryFolder } from '../../interop/harness/data.ts'
import { startKubo, startScript, startSide } from '../sides/side.ts'
import type { KuboSide, ScriptSide, Side, SideName, SideOptions } from '../sides/side.ts'
import { emptyFiles } from './ground.ts'

/** What starts peers, and ends those it started. */
export class Cast {
  readonly #sides: Side[] = []
  readonly #folders: string[] = []

  async start (name: SideName, options?: SideOptions): Promise<Side> {
    return this.#own(await startSide(name, options))
  }

  async startScript (name: Exclude<SideName, 'kubo'>, options?: SideOptions): Promise<ScriptSide> {
    return this.#own(await startScript(name, options))
  }

  async startKubo (): Promise<KuboSide> {
    return this.#own(await startKubo())
  }

  /** A folder whose files are empty in the end. */
  async folder (): Promise<string> {
    const { path } = await temporaryFolder('bench')

    this.#folders.push(path)

    return path
  }

  async end (): Promise<void> {
    await Promise.all(this.#sides.splice(0).map(async side => { await side.stop() }))
    await Promise.all(this.#folders.splice(0).map(emptyFiles))
  }

  #own<T extends Side> (side: T): T {
    this.#sides.push(side)

    return side
  }
}

export class Scene extends Cast {
  /** From 0; also the seed of what is random. */
  readonly round: number
  /** Of the usual amount of work, so much. */
  readonly scale: number
  /** Of the case. */
  readonly #kept: Kept

  constructor (round: number, scale: number, kept: Kept) {
    super()
    this.round = round
    this.scale = scale
    this.#kept = kept
  }

  /** Made at the first call with this key in a case and a round; what it starts ends with the case. */
  async keep<T> (key: string, make: (cast: Cast) => Promise<T>): Promise<T> {
    return await this.#kept.get(key, make)
  }
}

/** What is kept through a case. */
export class Kept {
  readonly #cast: Cast = new Cast()
  readonly #made: Map<string, Promise<unknown>> = new Map()

  async get<T> (key: string, make: (cast: Cast) => Promise<T>): Promise<T> {
    const made = this.#made.get(key) ?? make(this.#cast)

    this.#made.set(key, made)

    return await (made as Promise<T>)
  }

  async end (): Promise<void> {
    await this.#cast.end()
  }
}
