import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sha256 } from 'multiformats/hashes/sha2'
import { encodeNode, encodeUnixfsFile } from './dag-pb.ts'
import { chainDag, fileDag } from './dags.ts'
import type { Dag } from './dags.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** All blocks that are reached from the root, each once. */
function reached (dag: Dag): string[] {
  const seen = new Set<string>()
  const visit = (cid: Dag['root']): void => {
    if (!seen.has(cid.toString())) {
      seen.add(cid.toString())
      dag.children(cid).forEach(visit)
    }
  }
  visit(dag.root)

  return [...seen]
}

test('a file is a balanced tree with its leaves in order', async () => {
  const dag = await fileDag({ leaves: 10, leafSize: 100, fanout: 3 })
  assert.equal(dag.blocks.length, 10 + 4 + 2 + 1)
  assert.equal(dag.blocks[0]?.cid, dag.root)
  assert.deepEqual(reached(dag).toSorted(), dag.blocks.map(({ cid }) => cid.toString()).toSorted())
  assert.deepEqual(dag.children(dag.root).map(String), dag.blocks.slice(1, 3).map(({ cid }) => cid.toString()))
})

test('the bytes of each block have its hash, and the same seed makes the same file', async () => {
  const [dag, again, other] = [await fileDag({ leaves: 5 }), await fileDag({ leaves: 5 }), await fileDag({ leaves: 5, seed: 2 })]

  for (const { cid, bytes } of dag.blocks) {
    assert.equal(hex((await sha256.digest(bytes)).digest), hex(cid.multihash.digest))
  }

  assert.equal(dag.root.toString(), again.root.toString())
  assert.notEqual(dag.root.toString(), other.root.toString())
})

test('a single leaf is its own root', async () => {
  const dag = await fileDag({ leaves: 1 })
  assert.equal(dag.blocks.length, 1)
  assert.deepEqual(dag.children(dag.root), [])
})

test('in a chain each block names the next', async () => {
  const dag = await chainDag({ length: 4, size: 50 })
  assert.equal(dag.blocks.length, 4)
  dag.blocks.forEach(({ cid }, i) => {
    assert.deepEqual(dag.children(cid).map(String), dag.blocks.slice(i + 1, i + 2).map(({ cid }) => cid.toString()))
  })
})

test('nodes are dag-pb and files UnixFS, byte for byte', async () => {
  const { cid } = (await fileDag({ leaves: 1 })).blocks[0] as Dag['blocks'][0]

  // fields by hand: link (2) of hash (1), empty name (2), size (3); data (1)
  assert.equal(hex(encodeNode([{ cid, size: 300 }], Uint8Array.of(0xaa))), `122b0a24${hex(cid.bytes)}120018ac02` + '0a01aa')
  // type (1) file, size (3), size of each block (4)
  assert.equal(hex(encodeUnixfsFile([200, 100])), '080218ac0220c8012064')
})
