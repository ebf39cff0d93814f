import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { someBlock } from '../../test/blocks.ts'
import { all } from '../../test/all.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { RepoProvides } from '../store/repo-provides.ts'
import { memoryRepo } from '../store/repo.ts'
import { Announcements } from './announcements.ts'
import type { CommandContext } from './context.ts'

test('what is stored while no node runs is queued by the strategy, and where pins count only what is pinned', async t => {
  const path = await temporaryFolder(t)
  const [root, leaf] = [await someBlock(10, 1), await someBlock(10, 2)]
  const expected: Array<[strategy: string | undefined, pinned: string[], unpinned: string[]]> = [
    [undefined, ['root'], []], ['roots', ['root'], []], ['pinned', ['root', 'block'], []], ['all', ['root', 'block'], ['root', 'block']], ['none', [], []]
  ]

  for (const [strategy, ...kinds] of expected) {
    await writeFile(join(path, 'config.json'), JSON.stringify(strategy == null ? {} : { providing: { strategy } }))

    for (const [index, pinned] of [true, false].entries()) {
      const repo = await memoryRepo()
      const announcements = await Announcements.open({ repo: path } as CommandContext, repo)
      const sink = announcements.sink(repo.blockstore, { pinned })

      await sink.put(root.cid, root.bytes)
      await sink.put(leaf.cid, leaf.bytes)
      await announcements.queue([root.cid], { pinned })
      const queued = await all((await new RepoProvides(repo.datastore).load()).entries as AsyncIterable<{ kind: string }>)
      assert.deepEqual(queued.map(({ kind }) => kind), kinds[index], `${strategy} ${pinned}`)
    }
  }
})
