/** What the `check-*` scripts report, and how they end. */

export interface Violation {
  /** Relative to the root of the repository. */
  path: string
  line?: number
  message: string
}

/** Prints what was found and sets the exit code; one line when there is nothing. */
export function report (violations: readonly Violation[], passed: string): void {
  for (const { path, line, message } of violations) {
    console.error(`${path}${line == null ? '' : `:${line}`}: ${message}`)
  }

  if (violations.length > 0) {
    console.error(`${violations.length} found`)
    process.exitCode = 1
  } else {
    console.log(passed)
  }
}
