/** A {@link Libp2pStream} on a fake stream, for its tests. */
import type { Stream } from '@libp2p/interface'
import { Libp2pStream } from '../src/network/libp2p-stream.ts'
import { BitswapProtocol } from '../src/network/protocols.ts'
import { FakeLogger, settled } from './fake-libp2p.ts'
import { FakeStream } from './fake-stream.ts'

export interface StreamSetup {
  fake: FakeStream
  stream: Libp2pStream
  /** What the reader was told, bytes as their first and their number. */
  told: string[]
  released: () => number
}

/** The adapter on a stream, not read yet. */
export function wrapStream (fake: FakeStream): StreamSetup & { read: () => void } {
  const told: string[] = []
  let released = 0
  const stream = new Libp2pStream(fake as unknown as Stream, BitswapProtocol.V120, {
    log: new FakeLogger().forComponent(),
    released: () => { released++ }
  })
  const read = (): void => {
    stream.read({
      data: bytes => { told.push(`data ${bytes.byteLength}`) },
      ended: () => { told.push('ended') },
      closed: error => { told.push(`closed ${error?.name ?? 'well'}`) }
    })
  }

  return { fake, stream, told, read, released: () => released }
}

/** A stream that is read, and whose peer allows `window` bytes. */
export function setupStream (window?: number): StreamSetup {
  const { read, ...rest } = wrapStream(new FakeStream(BitswapProtocol.V120, window))
  read()

  return rest
}

/** 'pending', or how a promise has ended. */
export async function state (promise: Promise<unknown>): Promise<string> {
  const ended = promise.then(() => 'resolved', (error: Error) => error.name)

  await settled()

  return await Promise.race([ended, Promise.resolve('pending')])
}
