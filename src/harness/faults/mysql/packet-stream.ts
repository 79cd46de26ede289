import type net from 'node:net'
import { createPacketReader } from './packets.ts'

/** The packets that arrive on a connection, read as fast as they are taken. */
export interface PacketStream {
  readonly socket: net.Socket
  /** null: the connection is closed. */
  next(): Promise<Buffer | null>
  /** Resolves when the other side can take more. */
  write(packet: Buffer): Promise<void>
}

export function openStream(socket: net.Socket): PacketStream {
  const reader = createPacketReader()
  const arrived: Buffer[] = []
  let waiting: ((packet: Buffer | null) => void) | null = null
  const serve = (): void => {
    const [packet] = arrived
    if (waiting === null || (packet === undefined && !socket.destroyed)) return
    const resolve = waiting
    waiting = null
    arrived.shift()
    resolve(packet ?? null)
  }
  socket.on('error', () => {})
  socket.on('close', serve)
  socket.on('data', (chunk) => {
    arrived.push(...reader.push(chunk))
    serve()
    if (arrived.length > 0) socket.pause()
  })
  return {
    socket,
    next: () =>
      new Promise((resolve) => {
        waiting = resolve
        serve()
        if (arrived.length === 0) socket.resume()
      }),
    write: (packet) => writePacket(socket, packet),
  }
}

/** What is written in one turn leaves in one piece. */
async function writePacket(socket: net.Socket, packet: Buffer): Promise<void> {
  if (socket.destroyed) return
  socket.cork()
  process.nextTick(() => socket.uncork())
  if (socket.write(packet)) return
  await new Promise<void>((resolve) => {
    const end = (): void => {
      socket.off('drain', end)
      socket.off('close', end)
      resolve()
    }
    socket.on('drain', end)
    socket.on('close', end)
  })
}
