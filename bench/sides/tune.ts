/** To be loaded first, by `node --import`: V8 collects as in the `bitswap` command. */
import { tuneCollector } from '../../packages/node/src/collector.ts'

tuneCollector()
