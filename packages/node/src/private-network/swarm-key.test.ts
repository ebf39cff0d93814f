import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { generateKey } from '@libp2p/pnet'
import { someBytes } from '../../test/blocks.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { formatSwarmKey, generateSwarmKey, parseSwarmKey, readSwarmKey, readSwarmKeyIfAny, writeSwarmKey } from './swarm-key.ts'

const key = someBytes(32)
const hex = Buffer.from(key).toString('hex')
const base64 = Buffer.from(key).toString('base64')
const HEADER = '/key/swarm/psk/1.0.0/\n'

function parse (text: string): Uint8Array {
  return parseSwarmKey(Buffer.from(text, 'latin1'), 'swarm.key')
}

test('a key is read in each of its encodings', () => {
  const bin = Buffer.from(key).toString('latin1')

  for (const text of [
    `${HEADER}/base16/\n${hex}`,
    `${HEADER}/base16/\n${hex}\n`,
    `${HEADER}/base16/\n${hex.toUpperCase()}\n\n`,
    `${HEADER}/base16/\n${hex}\r\n`.replaceAll('\n', '\r\n'),
    `${HEADER}/base64/\n${base64}\n`,
    `${HEADER}/bin/\n${bin}`,
    `${HEADER}/bin/\n${bin}more`,
    formatSwarmKey(key)
  ]) {
    assert.deepEqual(parse(text), key)
  }
})

test('what is wrong with a key is said, and nothing of the key', () => {
  for (const [text, reason] of [
    ['', 'it is empty'],
    [hex, 'its first line is not /key/swarm/psk/1.0.0/'],
    [`/key/swarm/psk/2.0.0/\n/base16/\n${hex}`, 'its first line is not /key/swarm/psk/1.0.0/'],
    [HEADER, 'its second line is none of /base16/, /base64/ and /bin/'],
    [`${HEADER}${hex}\n`, 'its second line is none of /base16/, /base64/ and /bin/'],
    [`${HEADER}/base32/\n${hex}`, 'its second line is none of /base16/, /base64/ and /bin/'],
    [`${HEADER}/base16/\n${hex.slice(2)}`, 'the key has 31 bytes instead of 32'],
    [`${HEADER}/base16/\n${hex}00`, 'the key has 33 bytes instead of 32'],
    [`${HEADER}/base16/\n`, 'the key has 0 bytes instead of 32'],
    [`${HEADER}/base16/\n${hex.slice(1)}`, 'its third line is not base16'],
    [`${HEADER}/base16/\n${hex.slice(1)}g`, 'its third line is not base16'],
    [`${HEADER}/base64/\n${base64.slice(1)}`, 'its third line is not base64'],
    [`${HEADER}/bin/\nshort`, 'the key has 5 bytes instead of 32'],
    ['x'.repeat(4_097), 'it is longer than 4096 bytes']
  ] as const) {
    assert.throws(() => parse(text), { name: 'SwarmKeyError', path: 'swarm.key', message: `cannot use the swarm key swarm.key: ${reason}` })
  }
})

test('a key that is generated is written once, for its owner only, and read again', async t => {
  const path = join(await temporaryFolder(t), 'swarm.key')
  const made = generateSwarmKey()

  await writeSwarmKey(path, made)
  assert.deepEqual(await readSwarmKey(path), made)
  assert.notDeepEqual(generateSwarmKey(), made)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  await assert.rejects(writeSwarmKey(path, generateSwarmKey()), { name: 'SwarmKeyError', message: /it exists already/ })
  assert.equal(await readFile(path, 'utf8'), formatSwarmKey(made))
})

test("libp2p's own key is one of ours", () => {
  const bytes = new Uint8Array(95)

  generateKey(bytes)
  assert.equal(parseSwarmKey(bytes, 'x').byteLength, 32)
})

test('a file that cannot be read is named, and so is why', async t => {
  const folder = await temporaryFolder(t)
  const missing = join(folder, 'swarm.key')

  await assert.rejects(readSwarmKey(missing), { name: 'SwarmKeyError', path: missing, message: /ENOENT/ })
  await assert.rejects(readSwarmKey(folder), { name: 'SwarmKeyError', path: folder, message: /EISDIR/ })
  assert.equal(await readSwarmKeyIfAny(missing), undefined)
  await writeFile(missing, 'x')
  await assert.rejects(readSwarmKeyIfAny(missing), { name: 'SwarmKeyError' })
})
