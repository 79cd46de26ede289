import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { binaryFrame, closeFrame, createFrameReader, pongFrame } from './web-socket-frames.ts'

// https://www.rfc-editor.org/rfc/rfc6455#section-1.3
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** `wsProxy` of `@neondatabase/serverless`, as it is by default and as neon's own proxy for local use is called. */
export function isNeonSocket({ url }: IncomingMessage): boolean {
  return /^\/v[12](?:$|\?)/.test(url ?? '')
}

/** The Pool and the Client of `@neondatabase/serverless` speak Postgres' protocol inside of a web socket. */
export function bridgeWebSocket(port: number, request: IncomingMessage, socket: Duplex): void {
  const database = net.connect(port, '127.0.0.1')
  database.unref()
  accept(request, socket)
  const reader = createFrameReader()
  socket.on('data', (chunk: Buffer) => {
    for (const { kind, content } of reader.push(chunk)) {
      if (kind === 'data') database.write(content)
      if (kind === 'ping') socket.write(pongFrame(content))
      if (kind === 'close') socket.end(closeFrame())
    }
  })
  database.on('data', (chunk) => socket.write(binaryFrame(chunk)))
  database.on('error', () => {})
  socket.on('error', () => {})
  database.on('close', () => socket.end(closeFrame()))
  socket.on('close', () => database.destroy())
}

function accept({ headers }: IncomingMessage, socket: Duplex): void {
  const key = createHash('sha1').update(`${headers['sec-websocket-key']}${KEY_SUFFIX}`).digest('base64')
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  socket.write(`${[...lines, `Sec-WebSocket-Accept: ${key}`].join('\r\n')}\r\n\r\n`)
}
