/** Ends of a TCP connection that speak no libp2p but what is said before tls. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { generateCertificate } from '@libp2p/tls/utils'

/** What each end says when both are for tls: https://github.com/multiformats/multistream-select */
const CHOICE = Buffer.from('\x13/multistream/1.0.0\n\x0b/tls/1.0.0\n')

/** Chooses tls, and sends what is written first along with that, before there is an answer. */
export function eager (socket: Socket): Duplex {
  let [said, unheard] = [false, CHOICE.length]
  const duplex = new Duplex({
    read () {},
    write (chunk: Buffer, _encoding, done) {
      socket.write(said ? chunk : Buffer.concat([CHOICE, chunk]), done)
      said = true
    },
    final (done) {
      socket.end(done)
    }
  })

  socket.on('error', () => {})
  socket.on('data', bytes => {
    const rest = bytes.subarray(unheard)

    unheard = Math.max(0, unheard - bytes.length)

    if (rest.length > 0) {
      duplex.push(rest)
    }
  })
  socket.on('close', () => { duplex.destroy() })

  return duplex
}

/** Connects with a certificate as there should be, and takes part in the handshake. @returns what tls is spoken on along with it */
export async function dialSecured (t: TestContext, port: number): Promise<{ socket: Socket, secured: TLSSocket }> {
  const certificate = await generateCertificate(await generateKeyPair('Ed25519'))
  const socket = connect(port, '127.0.0.1')
  const secured = connectTls({ socket: eager(socket), ...certificate, rejectUnauthorized: false, ALPNProtocols: ['/yamux/1.0.0', 'libp2p'] })

  t.after(() => { socket.destroy() })
  secured.on('error', () => {})

  return { socket, secured }
}

/** Connects, and chooses tls, but says nothing more. */
export async function dialAndChoose (t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')

  t.after(() => { socket.destroy() })
  socket.on('error', () => {})
  socket.write(CHOICE)
  await once(socket, 'data')

  return socket
}

/** Chooses tls with whoever connects, and does nothing more but what is told. @returns its port */
export async function listenAndChoose (t: TestContext, then: (socket: Socket) => void): Promise<number> {
  const server = createServer(socket => {
    t.after(() => { socket.destroy() })
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(CHOICE)
      then(socket)
    })
  })

  server.listen(0, '127.0.0.1')
  t.after(() => { server.close() })
  await once(server, 'listening')

  return (server.address() as AddressInfo).port
}
