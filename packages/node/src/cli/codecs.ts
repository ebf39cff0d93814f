import { InvalidArgumentError } from '../errors.ts'

/** Names of codecs, as `--cid-codec` of Kubo takes them, and their multicodec codes. */
const CODECS: Readonly<Record<string, number>> = {
  raw: 0x55,
  'dag-pb': 0x70,
  'dag-cbor': 0x71,
  'dag-json': 0x0129,
  cbor: 0x51,
  json: 0x0200,
  'libp2p-key': 0x72,
  'git-raw': 0x78,
  'dag-jose': 0x85
}

/** @throws InvalidArgumentError when it is none of them */
export function codecCode (name: string): number {
  const code = Object.hasOwn(CODECS, name) ? CODECS[name] : undefined

  if (code == null) {
    throw new InvalidArgumentError('codec', name, `there is ${Object.keys(CODECS).join(', ')}`)
  }

  return code
}
