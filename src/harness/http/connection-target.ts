import net from 'node:net'

export interface ConnectionTarget {
  readonly host: string
  /** A number, or the path of a local socket. */
  readonly port: number | string
}

export interface ConnectionRequest {
  readonly target: ConnectionTarget
  /** What a client said besides host and port; empty when it named only these. */
  readonly options: object
  readonly callback: ((...args: unknown[]) => unknown) | null
}

/** `connect(options)`, `connect(port, host)`, `connect(path)`, or the array that Node makes of them; a callback comes last. */
export function readRequest(args: unknown[]): ConnectionRequest {
  const flat: unknown[] = Array.isArray(args[0]) ? args[0] : args
  return {
    target: readTarget(args),
    options: Object.assign({}, ...flat.filter((one) => typeof one === 'object' && one !== null)),
    callback: flat.find(isFunction) ?? null,
  }
}

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
  if (typeof port === 'string') return port
  return net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
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

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function'
}
