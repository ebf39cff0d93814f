/** The benchmarks (`bench/run.ts`), with the others they measure against made ready first. */
import { run } from './command.ts'
import { fail, prepareHelia, prepareKubo } from './others.ts'

try {
  await prepareKubo()
  await prepareHelia()
  await run('node', ['scripts/build.ts']) // what is packed is what the sources say
  await run('node', ['--conditions=ts-bitswap:source', 'bench/run.ts', ...process.argv.slice(2)])
} catch (error) {
  fail(error)
}
