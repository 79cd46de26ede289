import type net from 'node:net'

export interface ConnectionTarget {
  readonly host: string
  /** A number, or the path of a local socket. */
  readonly port: number | string
}

/** `connect(options)`, `connect(port, host)`, `connect(path)`, or the array that Node makes of them. */
export function readTarget(args: unknown[]): ConnectionTarget {
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0]
  if (typeof first === 'object' && first !== null) {
    const read = (name: string): unknown => Reflect.get(first, name)
    const path = read('path')
    if (typeof path === 'string') return { host: 'localhost', port: path }
    return { host: String(read('host') ?? 'localhost'), port: Number(read('port')) }
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { host: 'localhost', port: first }
  return { host: typeof args[1] === 'string' ? args[1] : 'localhost', port: Number(first) }
}

export function labelOf({ host, port }: ConnectionTarget): string {
  return typeof port === 'string' ? port : `${host}:${port}`
}

/** What a client sees of a port where nobody listens. */
export function refuseConnection(socket: net.Socket, target: ConnectionTarget): net.Socket {
  const { host, port } = target
  const error = Object.assign(new Error(`connect ECONNREFUSED ${labelOf(target)} (itest lets no test reach it)`), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
    address: host,
    port,
  })
  process.nextTick(() => socket.destroy(error))
  return socket
}
