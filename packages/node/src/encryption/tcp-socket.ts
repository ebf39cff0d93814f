/**
 * The socket below a TCP connection of libp2p. There is no public way to it: it
 * is looked for where `@libp2p/tcp` 11 keeps it, and where it is not, there is none.
 */
import type { AbortOptions, MessageStream, StreamMessageEvent } from '@libp2p/interface'
import { Socket } from 'node:net'

/** What such a connection does of itself to its socket when it is closed, and when it is aborted. */
interface Ending {
  sendClose (options?: AbortOptions): Promise<void>
  sendReset (error: Error): void
}

/** Undefined unless it is a plain TCP connection that is open. */
export function socketOf (connection: MessageStream): Socket | undefined {
  const socket = 'socket' in connection ? connection.socket : undefined

  return socket instanceof Socket && !socket.destroyed && socket.constructor === Socket && connection.status === 'open' ? socket : undefined
}

/**
 * From now on the connection hears of its socket only that it ends: what comes
 * is for others to read. What has come, and nobody has read, can be read from the
 * socket again.
 */
export function takeSocket (connection: MessageStream, socket: Socket): void {
  socket.pause()

  const unread = takeUnread(connection)

  // that of the connection: there is no other
  socket.removeAllListeners('data')
  socket.pause()

  if (unread.length > 0) {
    socket.unshift(unread)
  }
}

/**
 * From now on the connection ends by way of what stands on its socket.
 *
 * @param secured - stands on it
 * @param close - writes what there is, and closes both
 */
export function takeEnding (connection: MessageStream, secured: Socket, close: (options?: AbortOptions) => Promise<void>): void {
  const ending = connection as MessageStream & Ending
  const reset = ending.sendReset.bind(ending)

  ending.sendClose = close
  ending.sendReset = error => {
    if (secured.writableEnded) {
      secured.destroy() // libuv resets no socket that is being shut down: it would stay open, and nobody would know of it
    } else {
      reset(error)
    }
  }
}

/** What libp2p has put back after it agreed on tls: what the other end sent along with its answer. */
function takeUnread (connection: MessageStream): Uint8Array {
  const pieces: Uint8Array[] = []
  const listener = ({ data }: StreamMessageEvent): void => { pieces.push(data.subarray()) }

  connection.pause()
  connection.addEventListener('message', listener)
  connection.resume() // hands out what it has, before it goes on
  connection.removeEventListener('message', listener)

  return Buffer.concat(pieces)
}
