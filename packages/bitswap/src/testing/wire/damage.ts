/**
 * What happens to bytes on the way, after so many more of them: one is changed,
 * or the stream that carries them is reset in their middle. Each once, in the
 * order in which they were asked for.
 */

export const DamageKind = { Corrupt: 'corrupt', Reset: 'reset' } as const
export type DamageKind = typeof DamageKind[keyof typeof DamageKind]

interface Planned {
  kind: DamageKind
  /** Bytes that pass before. */
  after: number
}

export class Damage {
  readonly #planned: Planned[] = []

  plan (kind: DamageKind, after: number): void {
    this.#planned.push({ kind, after })
  }

  /** Bytes that arrive; returns what is left of them. */
  apply (bytes: Uint8Array): { kept: Uint8Array, reset: boolean } {
    for (let next = this.#planned[0]; next != null; next = this.#planned[0]) {
      if (next.after >= bytes.byteLength) {
        next.after -= bytes.byteLength
        break
      }

      this.#planned.shift()

      if (next.kind === DamageKind.Reset) {
        return { kept: bytes.subarray(0, next.after), reset: true }
      }

      bytes[next.after] = (bytes[next.after] ?? 0) ^ 0xff
    }

    return { kept: bytes, reset: false }
  }
}
