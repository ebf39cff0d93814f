/**
 * What can be done to a virtual network and its nodes, for a while or for good.
 * Faults of stores and routers are theirs (`MemoryStore`, `VirtualRouting`),
 * those of peers that misbehave are played by a `RawPeer`.
 *
 * What takes a fault back is returned; calling it twice is a no-op. What is done
 * to a connection ends with it; `partition`, `freeze`, `failOpening` go on when
 * another is made.
 */
import { DamageKind } from './wire/damage.ts'
import { nodeOf } from './member.ts'
import type { Member } from './member.ts'
import type { Topology } from './wire/topology.ts'
import type { VirtualLink } from './wire/virtual-link.ts'
import type { VirtualNode } from './wire/virtual-node.ts'

/** Ends a fault. */
export type Heal = () => void

export interface CrashOptions {
  /**
   * Milliseconds until those it was connected to notice; `Infinity`: not before
   * it connects to them again.
   *
   * @default 0
   */
  noticed?: number
}

/** Told of what was done, to whom. */
export type FaultReport = (what: string, ...nodes: VirtualNode[]) => void

export class Faults {
  readonly #topology: Topology
  readonly #report: FaultReport
  readonly #later: (delay: number, callback: () => void) => void

  constructor (topology: Topology, report: FaultReport, later: (delay: number, callback: () => void) => void) {
    this.#topology = topology
    this.#report = report
    this.#later = later
  }

  /** Nothing gets from one to the other, in both directions; then all that is late, at once. */
  hold (a: Member, b: Member): Heal {
    return this.#onLink('held', [a, b], link => link.hold())
  }

  /** The network falls into parts; those in none of them reach everybody. Connections stay, new ones carry nothing, dials wait. */
  partition (...parts: ReadonlyArray<readonly Member[]>): Heal {
    const nodes = parts.map(part => part.map(nodeOf))
    const heal = this.#topology.partitions.part(nodes, this.#topology.links())

    return this.#reported('parted', nodes.flat(), heal)
  }

  /** `reader` takes nothing more from its streams with `sender`, which comes to a stop when the windows are full. */
  stall (reader: Member, sender: Member): Heal {
    return this.#onLink('stalled', [reader, sender], link => link.stall(nodeOf(reader)))
  }

  /** Resets all streams between two, at both ends at once. */
  resetStreams (a: Member, b: Member): void {
    this.#onLink('streams reset', [a, b], link => {
      link.resetStreams()

      return () => {}
    })
  }

  /** The stream that carries the byte which follows `after` more from one to the other is reset there: in the middle of a message, mostly. */
  cutStream (from: Member, to: Member, after: number): void {
    this.#damage(from, to, DamageKind.Reset, after)
  }

  /** The byte that follows `after` more from one to the other arrives changed. */
  corrupt (from: Member, to: Member, after: number): void {
    this.#damage(from, to, DamageKind.Corrupt, after)
  }

  /** The next streams that one opens to another fail, one for each error. */
  failOpening (from: Member, to: Member, ...errors: Error[]): Heal {
    const nodes = [nodeOf(from), nodeOf(to)] as const

    return this.#reported('streams refused', nodes, this.#topology.failOpening(...nodes, errors))
  }

  /** Ends a node without a word. `Instance.crash` does this and more. */
  crash (member: Member, options: CrashOptions = {}): void {
    const node = nodeOf(member)
    const links = [...this.#topology.links()].filter(([a, b]) => a === node || b === node)

    this.#report('crashed', node)
    node.crash()

    if (options.noticed !== Infinity) {
      this.#later(options.noticed ?? 0, () => {
        for (const [a, b, link] of links) {
          if (this.#topology.link(a, b) === link) {
            this.#topology.disconnect(a, b)
          }
        }
      })
    }
  }

  /** The process of a node is given no time: it reads nothing and does nothing, while the time of all others goes on. */
  freeze (member: Member): Heal {
    const node = nodeOf(member)
    const resume = node.clock.stop()
    const release = this.#topology.holdTowards(node)

    return this.#reported('frozen', [node], () => {
      resume()
      release()
    })
  }

  /** The clock of a node jumps ahead. */
  jumpClock (member: Member, duration: number): void {
    this.#report(`clock jumps ${duration} ms`, nodeOf(member))
    nodeOf(member).clock.jump(duration)
  }

  #damage (from: Member, to: Member, kind: DamageKind, after: number): void {
    if (!(Number.isSafeInteger(after) && after >= 0)) {
      throw new RangeError(`after how many bytes must be a whole number from 0, got ${after}`)
    }

    this.#onLink(`${kind} after ${after} bytes`, [from, to], link => {
      link.damageFrom(nodeOf(from)).plan(kind, after)

      return () => {}
    })
  }

  /** @throws RangeError when the two are not connected: nothing would happen, and a test might pass for that */
  #onLink (what: string, [a, b]: [Member, Member], act: (link: VirtualLink) => Heal): Heal {
    const link = this.#topology.link(nodeOf(a), nodeOf(b))

    if (link == null) {
      throw new RangeError(`${nodeOf(a).name} and ${nodeOf(b).name} are not connected: nothing between them can be ${what}`)
    }

    return this.#reported(what, [nodeOf(a), nodeOf(b)], act(link))
  }

  #reported (what: string, nodes: readonly VirtualNode[], heal: Heal): Heal {
    let healed = false

    this.#report(what, ...nodes)

    return () => {
      if (!healed) {
        healed = true
        this.#report(`no longer ${what}`, ...nodes)
        heal()
      }
    }
  }
}
