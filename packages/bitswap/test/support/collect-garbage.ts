import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Everything that nothing holds on to is gone when it resolves: to be told by a `WeakRef`. */
export async function collectGarbage (): Promise<void> {
  // a reference that was looked at stays for the rest of this turn
  await new Promise(resolve => { setImmediate(resolve) })
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}
