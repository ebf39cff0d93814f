/** The innermost reasons of a failed dial: what wraps them only says that it failed. */
export function reasonOf (error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(reasonOf))].join(', ')
  }

  if (error instanceof Error && error.name === 'NoValidAddressesError') {
    return 'it can be dialled by its TCP or WebSocket address only'
  }

  return error instanceof Error ? error.message : String(error)
}
