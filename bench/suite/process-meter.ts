/**
 * What another process takes of the machine, read where Linux shows it (`/proc`);
 * elsewhere everything is NaN: not measured.
 */
import { readFile, writeFile } from 'node:fs/promises'

/** In seconds. Linux says so to programs whatever its own clock is. */
const TICK = 1 / 100

export interface Usage {
  /** Seconds of processor time since the meter was made. */
  cpu: number
  /** The most memory it had since then, in bytes, and how much more that is than what it had then. */
  peak: number
  growth: number
}

export class ProcessMeter {
  readonly #pid: number
  readonly #cpu: number
  readonly #memory: number

  private constructor (pid: number, cpu: number, memory: number) {
    this.#pid = pid
    this.#cpu = cpu
    this.#memory = memory
  }

  static async start (pid: number): Promise<ProcessMeter> {
    // forgets the highest so far
    await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => undefined)

    return new ProcessMeter(pid, await cpuOf(pid), await memoryOf(pid, 'VmRSS'))
  }

  async read (): Promise<Usage> {
    const peak = await memoryOf(this.#pid, 'VmHWM')

    return { cpu: await cpuOf(this.#pid) - this.#cpu, peak, growth: peak - this.#memory }
  }
}

async function cpuOf (pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // after the name, which may have anything in it: state is the first, user and system time are the 12th and 13th
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')

  return (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN)) * TICK
}

async function memoryOf (pid: number, field: string): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')

  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024
}
