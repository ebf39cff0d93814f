import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { someBlock } from '../../test/blocks.ts'
import { serve } from '../../test/delegated-server.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { openRepo } from '../store/repo.ts'
import { withFetchSource } from './fetch-source.ts'
import { Output } from './output.ts'
import type { CommandContext } from './context.ts'

/** What a command runs with, and what it says on standard error. */
function contextOf (repo: string): { context: CommandContext, said: () => string } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]

  return {
    context: { repo, output: new Output({ stdout, stderr }, { json: false }), signal: new AbortController().signal, input: new PassThrough(), self: [] },
    said: () => String(stderr.read() ?? '')
  }
}

test('routers that failed are told of when a block is missing, and not when something else went wrong', async t => {
  const { cid } = await someBlock(10)
  const url = await serve((_, response) => { response.writeHead(500).end() })

  for (const [fails, expected] of [
    [(error: unknown) => error, /^Warning: .* could not say who has it: answered with status 500\n$/],
    [() => new Error('the disk is full'), /^$/]
  ] as const) {
    const { context, said } = contextOf(await temporaryFolder(t))

    await assert.rejects(withFetchSource(context, { peer: [], timeout: 30_000, routing: [`delegated=${url}`] }, async ({ source }) => {
      await source.read(cid).catch((error: unknown) => { throw fails(error) })
    }))
    assert.match(said(), expected)
  }
})

test('what ends while its node is being started leaves none behind: nobody is asked any more, and the repo is free', async t => {
  const repo = await temporaryFolder(t)
  const { cid } = await someBlock(10)
  let asked = 0
  const url = await serve((_, response) => {
    asked++
    response.writeHead(404).end()
  })
  const { context } = contextOf(repo)
  const reads: Array<Promise<unknown>> = []
  const ended = withFetchSource(context, { peer: [], timeout: 30_000, routing: [`delegated=${url}`] }, async ({ source, repo }) => {
    const opened = Promise.withResolvers<undefined>()
    const { get } = repo.blockstore

    // it is missing, and so peers are about to be asked
    repo.blockstore.get = (...args) => {
      opened.resolve(undefined)

      return get.apply(repo.blockstore, args)
    }
    reads.push(source.read(cid).catch((error: unknown) => error))
    await opened.promise
    await new Promise(resolve => { setImmediate(resolve) })

    throw new Error('the disk is full')
  })

  await assert.rejects(ended, { message: 'the disk is full' })
  await (await openRepo(repo)).close()
  assert.ok(await reads[0] instanceof Error)
  assert.equal(asked, 0)
})
