/** All scenarios there are: boxo's, then our own. */
import { chain } from './chain.ts'
import { churn } from './churn.ts'
import { FLASH_CROWDS } from './flash-crowd.ts'
import { manyLeeches } from './leeches.ts'
import { MATRIX } from './matrix.ts'
import { PEER_SELECTIONS } from './peer-selection.ts'
import type { Scenario } from './result.ts'
import { FINDINGS } from './rfm-16.ts'
import { scenarioOf } from './run-scenario.ts'
import { swapping } from './swap.ts'
import { waves } from './waves.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...MATRIX.map(scenarioOf),
  chain,
  swapping,
  ...PEER_SELECTIONS,
  ...FLASH_CROWDS,
  waves,
  churn,
  ...FINDINGS,
  manyLeeches
]
