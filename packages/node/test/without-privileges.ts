import { spawnSync } from 'node:child_process'

const WRAPPERS: ReadonlyArray<readonly string[]> = [
  ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-dac_override,-dac_read_search'],
  ['capsh', '--drop=cap_dac_override,cap_dac_read_search', '--shell=/usr/bin/env', '--']
]

/**
 * The same command for a user whom permissions hold. They do not hold root,
 * unless it gives away the capability to override them.
 */
export function withoutPrivileges (command: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) {
    return command
  }

  for (const wrapper of WRAPPERS) {
    const [program = '', ...args] = wrapper

    if (spawnSync(program, [...args, 'true']).status === 0) {
      return [...wrapper, ...command]
    }
  }

  throw new Error('as root this test needs setpriv or capsh')
}
