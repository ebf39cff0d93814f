/** What goes over the sockets of this process: all of it, with encryption and framing, both ways. */
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Counts from now on: to be called before anything connects. @returns bytes so far, at each call */
export function countSockets (): () => number {
  const open = new Set<Socket>()
  let closed = 0

  const count = (message: unknown): void => {
    const { socket } = message as { socket: Socket }

    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      closed += bytesOf(socket)
    })
  }

  subscribe('net.client.socket', count)
  subscribe('net.server.socket', count)

  return () => [...open].reduce((sum, socket) => sum + bytesOf(socket), closed)
}

function bytesOf ({ bytesRead, bytesWritten }: Socket): number {
  return bytesRead + bytesWritten
}
