// as Windows reserves them, whatever follows after a dot
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * Why a name from a folder must not be used for a file, or undefined when it
 * may. A folder comes from a stranger: its names decide where is written.
 */
export function unsafeReason (name: string, platform: string = process.platform): string | undefined {
  if (name === '') {
    return 'it is empty'
  }

  if (name === '.' || name === '..' || name.includes('/')) {
    return 'it would be written outside the output folder'
  }

  if (name.includes('\0')) {
    return 'it holds a zero byte'
  }

  if (platform === 'win32' && (/[\\:*?"<>|]|[. ]$/.test(name) || RESERVED.test(name))) {
    return 'Windows has no such name'
  }

  return undefined
}
