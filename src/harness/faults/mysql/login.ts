import { type Greeting, isSslRequest, loginPacket, readGreeting } from './handshake.ts'
import type { PacketStream } from './packet-stream.ts'
import { contentOf, makePacket, numberOf } from './packets.ts'
import type { ServerLink } from './server-link.ts'

const SWITCH_PLUGIN = 0xfe
const MORE_DATA = 0x01

/** Lets the app in, whatever name and password it gives; null when either side is gone. */
export async function logIn(app: PacketStream, server: PacketStream, database: string): Promise<ServerLink | null> {
  const hello = await server.next()
  if (hello === null) return null
  const greeting = readGreeting(hello)
  await app.write(greeting.packet)
  let response = await app.next()
  // Both ends of the connection are in one process, so what looks like TLS is none.
  if (response !== null && isSslRequest(response)) response = await app.next()
  if (response === null) return null
  const verdict = await proveRoot(server, { greeting, response, database })
  if (verdict === null) return null
  await app.write(makePacket(numberOf(response) + 1, contentOf(verdict)))
  return { stream: server, connectionId: greeting.connectionId, isInTransaction: false }
}

/** OK, or what speaks against it. */
async function proveRoot(
  server: PacketStream,
  { greeting, response, database }: { greeting: Greeting; response: Buffer; database: string },
): Promise<Buffer | null> {
  await server.write(loginPacket(response, { plugin: greeting.plugin, database }))
  for (let packet = await server.next(); packet !== null; packet = await server.next()) {
    const kind = contentOf(packet)[0]
    if (kind === SWITCH_PLUGIN) await server.write(makePacket(numberOf(packet) + 1, Buffer.alloc(0)))
    else if (kind !== MORE_DATA) return packet
  }
  return null
}
