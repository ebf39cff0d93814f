/** To be loaded first, by `node --import`: V8 does as in the `bitswap` command. */
import { tuneV8 } from '../../packages/node/src/tune-v8.ts'

tuneV8()
