/**
 * How far a transfer is: a bar in Kubo's form on a terminal, one object a line
 * with `--json`, nothing otherwise. Draws when it is told of something new and
 * enough time has gone by; it has no timer of its own.
 */
import { formatDuration, formatSize } from './format.ts'

/** Milliseconds between two drawings. */
const DRAW_INTERVAL = 200

/** Columns where the terminal does not say. */
const USUAL_COLUMNS = 80

export interface Progress {
  /** So many more bytes. */
  add: (bytes: number) => void
  /** How many it will be in all, once that is known. */
  expect: (total: number) => void
  /** Takes away what is drawn, to make room for a line. It comes back with the next drawing. */
  clear: () => void
  /** Draws the last time. */
  finish: () => void
}

/** Shows nothing. */
export const noProgress: Progress = { add: () => {}, expect: () => {}, clear: () => {}, finish: () => {} }

/** What is counted, and when it is time to draw. */
abstract class DrawnProgress implements Progress {
  protected readonly now: () => number
  protected readonly started: number
  protected bytes = 0
  protected total: number | undefined
  #drawn: number

  constructor (now: () => number) {
    this.now = now
    this.started = now()
    this.#drawn = this.started
  }

  add (bytes: number): void {
    this.bytes += bytes
    this.#drawWhenDue()
  }

  expect (total: number): void {
    this.total = total
    this.#drawWhenDue()
  }

  clear (): void {}

  finish (): void {
    this.draw(true)
  }

  protected abstract draw (last: boolean): void

  #drawWhenDue (): void {
    if (this.now() - this.#drawn >= DRAW_INTERVAL) {
      this.#drawn = this.now()
      this.draw(false)
    }
  }
}

/** One object a line. */
export class JsonProgress extends DrawnProgress {
  readonly #write: (line: string) => void

  constructor (write: (line: string) => void, now: () => number) {
    super(now)
    this.#write = write
  }

  protected override draw (): void {
    this.#write(JSON.stringify({ event: 'progress', bytes: this.bytes, total: this.total ?? null }) + '\n')
  }
}

export interface BarTerminal {
  write: (text: string) => unknown
  columns?: number
}

/** Some terminals say nothing, some say none. */
function columnsOf ({ columns = 0 }: BarTerminal): number {
  return columns > 0 ? columns : USUAL_COLUMNS
}

/** A bar that is drawn over itself. */
export class ProgressBar extends DrawnProgress {
  readonly #terminal: BarTerminal
  // the speed is that of the last drawings, the older the less
  #speed: number | undefined
  #sampledAt: number
  #sampledBytes = 0

  constructor (terminal: BarTerminal, now: () => number) {
    super(now)
    this.#terminal = terminal
    this.#sampledAt = this.started
  }

  override clear (): void {
    this.#terminal.write('\u001b[2K\r')
  }

  protected override draw (last: boolean): void {
    this.#sample(last)
    this.#terminal.write(`\u001b[2K\r${this.#line(last)}${last ? '\n' : ''}`)
  }

  #sample (last: boolean): void {
    const now = this.now()

    if (last) {
      this.#speed = this.bytes / Math.max(1, now - this.started)
    } else if (now > this.#sampledAt) {
      const speed = (this.bytes - this.#sampledBytes) / (now - this.#sampledAt)

      this.#speed = this.#speed == null ? speed : this.#speed * 0.7 + speed * 0.3
    }

    this.#sampledAt = now
    this.#sampledBytes = this.bytes
  }

  #line (last: boolean): string {
    const speed = this.#speed == null || this.#speed === 0 ? '?/s' : `${formatSize(this.#speed * 1_000)}/s`
    const elapsed = formatDuration(this.now() - this.started)

    if (this.total == null) {
      return `${formatSize(this.bytes)} ${speed} ${elapsed}`
    }

    const part = this.total === 0 ? 1 : Math.min(1, this.bytes / this.total)
    const left = this.#speed == null || this.#speed === 0 ? 'ETA ?' : `ETA ${formatDuration((this.total - this.bytes) / this.#speed)}`
    const counters = `${formatSize(this.bytes)} / ${formatSize(this.total)}`
    const rest = `${speed} ${(part * 100).toFixed(2)}% ${last ? elapsed : left}`

    // two spaces, and a column left free: some terminals begin a line at the last one
    const width = columnsOf(this.#terminal) - counters.length - rest.length - 3

    return `${counters} ${this.#bar(part, width)} ${rest}`
  }

  #bar (part: number, width: number): string {
    const inner = Math.max(3, width - 3)
    const filled = Math.floor(inner * part)

    return `[${'-'.repeat(filled)}${part < 1 ? '>' : '-'}${'_'.repeat(inner - filled)}]`
  }
}

/** A line at every quarter, where there is no terminal and something shall be seen all the same. */
export class LineProgress implements Progress {
  readonly #print: (line: string) => void
  #bytes = 0
  #total = 0
  #quarters = 0

  constructor (print: (line: string) => void) {
    this.#print = print
  }

  add (bytes: number): void {
    this.#bytes += bytes
    const quarters = this.#total === 0 ? 0 : Math.floor(4 * this.#bytes / this.#total)

    if (quarters > this.#quarters) {
      this.#quarters = quarters
      this.#print(`${formatSize(this.#bytes)} / ${formatSize(this.#total)} ${25 * quarters}%`)
    }
  }

  expect (total: number): void {
    this.#total = total
  }

  clear (): void {}

  finish (): void {}
}
