import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { UserError } from '../../errors.ts'
import type { ServerTls } from './server-access.ts'

export interface ServerPlace {
  /** Without a database. */
  readonly url: string
  readonly database: string
  /** For people. */
  readonly place: string
  readonly socket: string | null
  readonly tls: ServerTls | null
}

const HINT =
  'Expected e.g. postgres://user:password@localhost:5432/postgres, or ?host=/var/run/postgresql for a socket.'
const PORT = '5432'
const NO_HOST = 'none.invalid'

/**
 * Where a URL of libpq's kind leads: by TCP, with TLS where it asks for that, or to a local socket. The host becomes an
 * address here, because tests look up no names. @throws UserError
 */
export async function readServerUrl(given: string): Promise<ServerPlace> {
  // `user@/database` has no host for libpq and is no URL for Node.
  const text = given.replace(/^(\w+:\/\/[^/@]*@)(?=\/)/, `$1${NO_HOST}`)
  if (!URL.canParse(text)) throw new UserError('The URL of the database is none.', { hint: HINT })
  const parsed = new URL(text)
  const { protocol, username, password, pathname, searchParams } = parsed
  const named = decodeURIComponent(parsed.hostname).replace(/^\[|\]$/g, '')
  const host = searchParams.get('host') ?? (named === NO_HOST ? '' : named)
  if (!/^postgres(?:ql)?:$/.test(protocol)) {
    throw new UserError(`The URL of the database begins with ${protocol}//${host}`, { hint: HINT })
  }
  if (host === '') throw new UserError('The URL of the database names neither a host nor a socket.', { hint: HINT })
  const port = searchParams.get('port') ?? (parsed.port || PORT)
  const user = `${username || 'postgres'}${password === '' ? '' : `:${password}`}`
  const database = decodeURIComponent(pathname.slice(1)) || 'postgres'
  if (host.startsWith('/')) {
    return { url: `postgres://${user}@localhost:${port}`, database, place: `${host}:${port}`, socket: host, tls: null }
  }
  const tls = readTls(searchParams, host)
  const url = `postgres://${user}@${await findAddress(host)}:${port}`
  return { url, database, place: `${host}:${port}${tls ? ' by TLS' : ''}`, socket: null, tls }
}

async function findAddress(host: string): Promise<string> {
  const { address, family } = await lookup(host, { order: 'ipv4first' }).catch((cause) => {
    throw new UserError(`The host of the database, ${host}, has no address.`, { hint: HINT, cause })
  })
  return family === 6 ? `[${address}]` : address
}

const FILES = { ca: 'sslrootcert', cert: 'sslcert', key: 'sslkey' } as const
const PLAIN = new Set(['disable', 'allow', 'prefer'])

/** As libpq reads it, with the names that node-postgres adds. */
function readTls(parameters: URLSearchParams, servername: string): ServerTls | null {
  const wanted = parameters.get('sslmode') ?? (/^(?:true|1)$/.test(parameters.get('ssl') ?? '') ? 'require' : 'disable')
  if (PLAIN.has(wanted)) return null
  const mode = wanted === 'no-verify' ? 'require' : wanted
  if (mode !== 'require' && mode !== 'verify-ca' && mode !== 'verify-full') {
    throw new UserError(`The URL of the database has an sslmode that is none: ${wanted}`, {
      hint: 'Expected disable, allow, prefer, require, verify-ca or verify-full.',
    })
  }
  const files: Partial<Record<keyof typeof FILES, string>> = {}
  for (const [kind, name] of Object.entries(FILES)) {
    const file = parameters.get(name)
    // `system` means the authorities that come with the machine, which Node has as well.
    if (file !== null && file !== 'system') Object.assign(files, { [kind]: readCertificate(file, name) })
  }
  return { mode, servername, files }
}

function readCertificate(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new UserError(`The URL of the database names ${file} as ${name}, which can't be read.`, {
      hint: 'Give a file that is there, as an absolute path.',
      cause,
    })
  }
}
