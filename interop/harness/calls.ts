/**
 * Calls between a test and a peer in a process of its own: one line of JSON
 * each way over its standard input and output. For trusted ends only.
 */
import { createInterface } from 'node:readline'
import { Child } from './child.ts'

export type CallParameters = Record<string, unknown>

interface Call {
  id: number
  method: string
  parameters: CallParameters
}

interface Answer {
  id: number
  result?: unknown
  error?: { name: string, message: string }
}

/** The end that asks. */
export class Peer {
  readonly child: Child
  /** Whatever it said of itself when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>
  #calls = 0

  private constructor (child: Child, ready: Record<string, unknown>) {
    this.child = child
    this.ready = ready
  }

  /** Starts a script that ends in {@link answerCalls}. */
  static async start (script: string, args: readonly string[] = [], nodeFlags: readonly string[] = []): Promise<Peer> {
    const child = new Child(process.execPath, ['--conditions=ts-bitswap:source', ...nodeFlags, script, ...args])
    const line = await child.line(each => each.startsWith('{"ready":'))

    return new Peer(child, (JSON.parse(line) as { ready: Record<string, unknown> }).ready)
  }

  /** @throws Error with the name and message of the other side */
  async call<T> (method: string, parameters: CallParameters = {}): Promise<T> {
    const id = ++this.#calls

    this.child.write(JSON.stringify({ id, method, parameters } satisfies Call))

    const { result, error } = JSON.parse(await this.child.line(line => line.startsWith(`{"id":${id},`))) as Answer

    if (error != null) {
      throw Object.assign(new Error(error.message), { name: error.name })
    }

    return result as T
  }

  async stop (): Promise<void> {
    await this.child.stop('SIGTERM')
  }
}

/**
 * The end that answers, until its standard input is closed: a peer does not
 * outlive who started it.
 */
export function answerCalls (ready: Record<string, unknown>, handlers: Record<string, (parameters: never) => Promise<unknown>>): void {
  const answer = async ({ id, method, parameters }: Call): Promise<Answer> => {
    try {
      const handler = handlers[method]

      if (handler == null) {
        throw new Error(`no method ${method}`)
      }

      return { id, result: await handler(parameters as never) ?? null }
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error))

      return { id, error: { name, message } }
    }
  }

  createInterface({ input: process.stdin })
    .on('line', line => {
      answer(JSON.parse(line) as Call).then(result => { console.log(JSON.stringify(result)) }, (error: unknown) => {
        console.error(error)
        process.exitCode = 1
      })
    })
    .on('close', () => { process.exit() })

  console.log(JSON.stringify({ ready }))
}
