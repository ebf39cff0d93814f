/**
 * Runs tasks beside each other, at most so many, and keeps the first failure
 * for who asks. For work whose results nobody waits for one by one.
 */
export class TaskPool {
  readonly #limit: number
  readonly #running: Set<Promise<void>> = new Set()
  #failure: { error: unknown } | undefined

  constructor (limit: number) {
    this.#limit = limit
  }

  /**
   * Starts a task, once there is room for it.
   *
   * @throws the first failure of an earlier task; this one is not started then
   */
  async add (task: () => Promise<unknown>): Promise<void> {
    while (this.#running.size >= this.#limit) {
      await Promise.race(this.#running)
    }

    this.#throwFailure()

    const running = this.#run(task).finally(() => { this.#running.delete(running) })
    this.#running.add(running)
  }

  /** Waits for all that runs. Never rejects. */
  async settle (): Promise<void> {
    await Promise.all(this.#running)
  }

  /** Waits for all that runs, and throws the first failure. */
  async finish (): Promise<void> {
    await this.settle()
    this.#throwFailure()
  }

  async #run (task: () => Promise<unknown>): Promise<void> {
    try {
      await task()
    } catch (error) {
      this.#failure ??= { error }
    }
  }

  #throwFailure (): void {
    if (this.#failure != null) {
      throw this.#failure.error
    }
  }
}
