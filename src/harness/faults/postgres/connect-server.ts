import { once } from 'node:events'
import type net from 'node:net'
import tls from 'node:tls'
import { type ServerAccess, toTlsOptions } from '../../engine/server-access.ts'
import { connectDirectly } from '../connect-directly.ts'

// Taken before the guard stands, which pretends TLS: a server of the user's wants it in earnest.
const connectTls = tls.connect

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** An open connection to the server itself, past TLS where that is wanted, on which nobody has signed in yet. */
export async function connectServer(access: ServerAccess): Promise<net.Socket> {
  const socket = connectDirectly(access)
  await once(socket, 'connect')
  return access.tls ? secure(socket, toTlsOptions(access.tls)) : socket
}

/** Rejects when the server does not speak TLS, or shows no certificate that will do. */
async function secure(socket: net.Socket, options: tls.ConnectionOptions): Promise<net.Socket> {
  socket.on('error', () => {})
  socket.write(SSL_REQUEST)
  const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close')])
  if (String(answer) !== 'S') {
    socket.destroy()
    throw new Error('The database server does not speak TLS.')
  }
  const secured = connectTls({ ...options, socket })
  await once(secured, 'secureConnect')
  return secured.unref()
}
