/** Numbers as people read them, in the form Kubo prints them. */

const SIZE_UNITS: readonly string[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `1.00 MiB`, `512 B`. */
export function formatSize (bytes: number): string {
  let unit = 0
  let size = bytes

  while (size >= 1_024 && unit < SIZE_UNITS.length - 1) {
    size /= 1_024
    unit++
  }

  return unit === 0 ? `${Math.round(size)} B` : `${size.toFixed(2)} ${SIZE_UNITS[unit]}`
}

const DECIMAL_UNITS: readonly string[] = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** `17 MB`, `1.5 GB`, `512 B`: as Kubo's `--human`. */
export function formatDecimalSize (bytes: number): string {
  let unit = 0
  let size = bytes

  while (size >= 1_000 && unit < DECIMAL_UNITS.length - 1) {
    size /= 1_000
    unit++
  }

  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : Math.round(size)} ${DECIMAL_UNITS[unit]}`
}

/** `100ms`, `3s`, `1m2s`, `2h3m4s`. */
export function formatDuration (milliseconds: number): string {
  if (milliseconds < 1_000) {
    return `${Math.round(milliseconds)}ms`
  }

  const seconds = Math.round(milliseconds / 1_000)
  const hours = Math.floor(seconds / 3_600)
  const minutes = Math.floor(seconds / 60) % 60

  return [hours > 0 ? `${hours}h` : '', seconds >= 60 ? `${minutes}m` : '', `${seconds % 60}s`].join('')
}
