/** What must hold of one peer's account with the serving side. Part of `server-invariants.ts`. */
import type { Account } from '../../server/account.ts'
import type { ServerOptions } from '../../server/options.ts'
import { RequestState } from '../../server/request.ts'
import type { Request } from '../../server/request.ts'
import type { ServerRun } from '../../server/server-run.ts'
import { peerName, requestName } from './names.ts'

/** What the accounts come to. */
export interface AccountTotals {
  requests: number
  /** Of one account. */
  most: number
  resting: number
  readyBytes: number
  readingBytes: number
  /** Wants that are going to be refused. */
  refusals: number
  /** Bytes that may be read ahead over the limit for all peers. */
  exempt: number
}

export interface AccountContext {
  run: ServerRun
  options: ServerOptions
  /** The account's are added to these. */
  totals: AccountTotals
  /** Where what is found goes. */
  violations: string[]
}

export function accountViolations (account: Account, context: AccountContext): void {
  new Checks(account, context).run()
}

class Checks {
  readonly #account: Account
  readonly #context: AccountContext
  // what the requests come to, to be compared with what the queues hold
  #unasked = 0
  #asking = 0
  #queued = 0
  #queuedBytes = 0
  #reading = 0
  #ready = 0
  #readyBytes = 0
  #largest = 0
  #answers = 0

  constructor (account: Account, context: AccountContext) {
    this.#account = account
    this.#context = context
  }

  run (): void {
    const { requests, open, id } = this.#account
    const { totals, run } = this.#context

    if (!open || run.engine.ledger.byPeer.get(id) !== this.#account) {
      this.#broken('is closed, or under the key of another, and still there')
    }

    for (const [key, request] of requests) {
      this.#request(request, key)
    }

    this.#queues()
    this.#asked()
    this.#presences()
    this.#readAhead()
    this.#overdue()
    totals.requests += requests.size
    totals.most = Math.max(totals.most, requests.size)
    totals.readyBytes += this.#readyBytes
    totals.readingBytes += this.#account.readingBytes
  }

  #request (request: Request, key: string): void {
    const found = this.#context.run.engine.ledger.byBlock.get(request.multihash)

    if (request.key !== key || request.account !== this.#account) {
      this.#wrong(request, 'is under the key, or in the account, of another')
    }

    if (found !== request && !(found instanceof Set && found.has(request))) {
      this.#wrong(request, 'is not found by its block')
    }

    if (this.#account.presences.refusals > 0 && this.#account.presences.isRefused(key)) {
      this.#wrong(request, 'is going to be refused')
    }

    if (request.state !== RequestState.Ready && request.bytes != null) {
      this.#wrong(request, `holds ${request.bytes.byteLength} bytes`)
    }

    this.#place(request)
  }

  /** It is where its state says. Those that are elsewhere as well make the counts of `#queues` differ. */
  #place (request: Request): void {
    const { unasked, queued, ready } = this.#account

    switch (request.state) {
      case RequestState.Asking:
        this.#asking++
        this.#unasked += unasked.has(request) ? 1 : 0
        break
      case RequestState.Resting:
        this.#rests(request)
        break
      case RequestState.Absent:
      case RequestState.Have:
        this.#answered(request)
        break
      case RequestState.Queued:
        this.#queued++
        this.#queuedBytes += request.size ?? 0
        this.#isIn(queued.has(request), request)
        break
      case RequestState.Reading:
        this.#reading++
        break
      case RequestState.Ready:
        this.#readyOne(request)
        this.#isIn(ready.has(request), request)
        break
      case RequestState.Gone:
        this.#wrong(request, 'is kept')
        break
      default:
    }
  }

  #rests (request: Request): void {
    this.#context.totals.resting++

    if (this.#context.run.engine.resting.get(request) == null) {
      this.#wrong(request, 'has no time at which it is asked about again')
    }
  }

  #answered (request: Request): void {
    const { presences } = this.#account
    // mostly nothing is left to be told: then there is nothing to be looked up
    const isAnswered = presences.size > presences.refusals && presences.isAnswered(request.key)
    this.#answers += isAnswered ? 1 : 0

    if (request.state === RequestState.Have && !isAnswered) {
      this.#wrong(request, 'is going to be answered nothing')
    }
  }

  #readyOne (request: Request): void {
    const size = request.bytes?.byteLength ?? 0
    this.#ready++
    this.#readyBytes += size
    this.#largest = Math.max(this.#largest, size)

    if (request.bytes == null) {
      this.#wrong(request, 'has no bytes')
    }

    if (size > this.#context.options.maxBlockSize) {
      this.#wrong(request, `has ${size} bytes, over ${this.#context.options.maxBlockSize}`)
    }
  }

  #isIn (isIn: boolean, request: Request): void {
    if (!isIn) {
      this.#wrong(request, 'is not in the queue of its state')
    }
  }

  #queues (): void {
    const { unasked, queued, ready, reading } = this.#account

    if (unasked.size !== this.#unasked) {
      this.#broken(`has ${unasked.size} requests to be asked about, ${this.#unasked} of them in that state`)
    }

    if (queued.size !== this.#queued || queued.bytes !== this.#queuedBytes) {
      this.#broken(`has ${queued.size} requests to be read with ${queued.bytes} bytes, in that state are ${this.#queued} with ${this.#queuedBytes}`)
    }

    if (ready.size !== this.#ready || ready.bytes !== this.#readyBytes) {
      this.#broken(`has ${ready.size} requests to be sent with ${ready.bytes} bytes, in that state are ${this.#ready} with ${this.#readyBytes}`)
    }

    if (reading !== this.#reading) {
      this.#broken(`counts ${reading} requests that are being read, there are ${this.#reading}`)
    }
  }

  /** As many as allowed are being asked about: those that wait do so for a reason. */
  #asked (): void {
    const { asking, overdue, unasked, requests } = this.#account
    const { maxReadsPerPeer, maxWantsPerPeer } = this.#context.options

    if (requests.size > maxWantsPerPeer) {
      this.#broken(`has ${requests.size} requests, over ${maxWantsPerPeer}`)
    }

    if (asking > maxReadsPerPeer || asking + overdue.asking < this.#asking - this.#unasked) {
      this.#broken(`has ${asking} questions under way, of ${maxReadsPerPeer} at the most, for ${this.#asking - this.#unasked} requests or more`)
    }

    if (unasked.size > 0 && asking < maxReadsPerPeer) {
      this.#broken(`has ${unasked.size} requests to be asked about, and only ${asking} of ${maxReadsPerPeer} questions under way`)
    }
  }

  /** Of questions and reads that take too long. */
  #overdue (): void {
    const { overdue } = this.#account
    const { maxReadsPerPeer } = this.#context.options

    if (overdue.asking > maxReadsPerPeer || overdue.reads > maxReadsPerPeer) {
      this.#broken(`has ${overdue.asking} questions and ${overdue.reads} reads that take too long, of ${maxReadsPerPeer} each at the most`)
    }
  }

  #presences (): void {
    const { size, refusals, maxRefused } = this.#account.presences
    this.#context.totals.refusals += refusals

    if (size - refusals !== this.#answers) {
      this.#broken(`is going to be told ${size - refusals} answers, ${this.#answers} of them to its requests`)
    }

    if (refusals > maxRefused) {
      this.#broken(`is going to be told ${refusals} refusals, over ${maxRefused}`)
    }
  }

  /**
   * Bytes read ahead stay within `maxReadAheadPerPeer`, but for: a block that is
   * alone, however large; what blocks read by a guess of their size have over it,
   * of which there are as many as may be read at once; and blocks that came late,
   * when others were being read in their place.
   */
  #readAhead (): void {
    const { reads, overdue, readingBytes, reading } = this.#account
    const { options: { maxReadsPerPeer, maxReadAheadPerPeer }, run, totals } = this.#context
    const guessed = run.reader.hasGuessed ? maxReadsPerPeer * this.#largest : 0
    const buffered = this.#readyBytes + readingBytes
    const isAlone = this.#ready + reads <= 1

    if (reads > maxReadsPerPeer || reads + overdue.reads < reading || (reads === 0 && readingBytes !== 0)) {
      this.#broken(`has ${reads} reads under way with ${readingBytes} bytes, of ${maxReadsPerPeer} at the most, for ${reading} requests or more`)
    }

    const late = run.reader.hasBeenOverdue ? maxReadAheadPerPeer + this.#largest + (reads === 1 ? readingBytes : 0) : 0
    const bound = maxReadAheadPerPeer + guessed + late

    if (!isAlone && buffered > bound) {
      this.#broken(`has ${buffered} bytes read ahead, over ${bound}`)
    }

    totals.exempt += Math.max(this.#largest, readingBytes) + guessed + late
  }

  #wrong (request: Request, what: string): void {
    this.#context.violations.push(`${requestName(request)} ${what}`)
  }

  #broken (what: string): void {
    this.#context.violations.push(`${peerName(this.#account.id)} ${what}`)
  }
}
