import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { someBlock } from '../../test/blocks.ts'
import { serve } from '../../test/delegated-server.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { openRepo } from '../store/repo.ts'
import { withFetchSource } from './fetch-source.ts'
import { Output } from './output.ts'

test('what ends while its node is being started leaves none behind: nobody is asked any more, and the repo is free', async t => {
  const repo = await temporaryFolder(t)
  const { cid } = await someBlock(10)
  let asked = 0
  const url = await serve((_, response) => {
    asked++
    response.writeHead(404).end()
  })
  const context = {
    repo,
    output: new Output({ stdout: new PassThrough(), stderr: new PassThrough() }, { json: false }),
    signal: new AbortController().signal,
    input: new PassThrough(),
    self: []
  }
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
