/** Steps that are done one after the other, in the order they were asked for: one that fails is told to who asked, and holds up none. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve()

  async run (step: () => Promise<void>): Promise<void> {
    const done = this.#last.then(step)

    this.#last = Promise.allSettled([done])
    await done
  }
}
