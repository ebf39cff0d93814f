import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endsInPeer, MAX_DURATION, parseAddresses, parseCid, parseCidPath, parseCount, parseDuration, parseSize, parseSwitch } from './values.ts'

const CID = 'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4'

for (const [text, bytes] of [['1', 1], ['262144', 262_144], ['64MiB', 67_108_864], ['256KiB', 262_144], ['1kB', 1_000], ['1.5 GB', 1_500_000_000], ['2TiB', 2_199_023_255_552], ['10b', 10]] as const) {
  test(`the size ${text} is ${bytes} bytes`, () => {
    assert.equal(parseSize(text), bytes)
  })
}

for (const text of ['', '0', '-1', '64 XiB', 'MiB', '1e3', '0.5', 'Infinity', '9999999TiB']) {
  test(`the size ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parseSize(text), { name: 'InvalidArgumentError', value: text })
  })
}

for (const [text, milliseconds] of [['30s', 30_000], ['500ms', 500], ['1m30s', 90_000], ['2h', 7_200_000], ['1.5s', 1_500]] as const) {
  test(`the duration ${text} is ${milliseconds} milliseconds`, () => {
    assert.equal(parseDuration(text), milliseconds)
  })
}

for (const text of ['', '30', '0s', 's', '-5s', '5 s', '5s and more']) {
  test(`the duration ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parseDuration(text), { name: 'InvalidArgumentError', value: text })
  })
}

test('the longest duration is what timers can wait, and no more', () => {
  assert.equal(parseDuration(`${MAX_DURATION}ms`), MAX_DURATION)
  assert.throws(() => parseDuration(`${MAX_DURATION + 1}ms`), { name: 'InvalidArgumentError' })
})

test('a count is a whole number, at least one', () => {
  assert.equal(parseCount('2'), 2)

  for (const text of ['0', '-1', '1.5', 'two', '', '99999999999999999']) {
    assert.throws(() => parseCount(text), { name: 'InvalidArgumentError' })
  }
})

test('a CID may be written as a path or a URL', () => {
  for (const text of [CID, `/ipfs/${CID}`, `ipfs://${CID}`, `${CID}/`]) {
    assert.equal(parseCid(text).toString(), CID)
  }
})

test('a path below a CID is told apart from it', () => {
  assert.deepEqual({ ...parseCidPath(`/ipfs/${CID}/a//b/`), cid: undefined }, { cid: undefined, path: 'a/b' })
  assert.throws(() => parseCid(`${CID}/a`), { name: 'InvalidArgumentError', message: /path/ })
})

test('what is no CID is refused', () => {
  for (const text of ['', 'notacid', '/ipfs/', 'Qm']) {
    assert.throws(() => parseCid(text), { name: 'InvalidArgumentError', value: text, message: /^invalid CID / })
  }
})

test('addresses are taken, and what is none is refused', async () => {
  assert.deepEqual((await parseAddresses(['/ip4/127.0.0.1/tcp/4001'])).map(String), ['/ip4/127.0.0.1/tcp/4001'])
  await assert.rejects(parseAddresses(['127.0.0.1:4001']), { name: 'InvalidArgumentError', message: /^invalid address "127.0.0.1:4001"/ })
})

test('an address that is empty, or whose peer id is none, is refused', async () => {
  for (const [text, reason] of [['', 'it is empty'], ['/', 'it is empty'], ['/ip4/127.0.0.1/tcp/4001/p2p/me', '"me" is no peer id']] as const) {
    await assert.rejects(parseAddresses([text]), { name: 'InvalidArgumentError', message: `invalid address ${JSON.stringify(text)}: ${reason}` })
  }
})

test('a switch is true or false, and nothing else', () => {
  assert.deepEqual(['true', 'false'].map(parseSwitch), [true, false])
  assert.throws(() => parseSwitch('yes'), { name: 'InvalidArgumentError', value: 'yes' })
})

test('an address that ends in a peer is told from one that does not, however it is written', async () => {
  const id = '12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8'

  for (const [text, ends] of [
    [`/ip4/127.0.0.1/tcp/1/p2p/${id}`, true],
    [`/ip4/127.0.0.1/tcp/1/ipfs/${id}`, true],
    [`/ip4/127.0.0.1/tcp/1/p2p/${id}/p2p-circuit`, false],
    ['/ip4/127.0.0.1/tcp/1', false],
    [`/p2p/${id}`, false]
  ] as const) {
    const [address] = await parseAddresses([text])

    assert.equal(address != null && endsInPeer(address), ends, text)
  }
})
