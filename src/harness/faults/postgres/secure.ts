import { once } from 'node:events'
import type net from 'node:net'
import tls from 'node:tls'

// Taken before the guard stands, which pretends TLS: a server of the user's wants it in earnest.
const connectTls = tls.connect

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** Asks a Postgres server for TLS on a connection that is being opened, and begins it. Rejects when it says no. */
export async function secure(socket: net.Socket, options: tls.ConnectionOptions): Promise<net.Socket> {
  await once(socket, 'connect')
  socket.write(SSL_REQUEST)
  const [answer] = await once(socket, 'data')
  if (String(answer) !== 'S') throw new Error('The database server does not speak TLS.')
  const secured = connectTls({ ...options, socket })
  await once(secured, 'secureConnect')
  return secured.unref()
}
