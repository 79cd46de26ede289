import type { ConnectionOptions } from 'node:tls'
import type pg from 'pg'
import type { ExistingServer } from './existing-server.ts'

/** How to get into one database of a Postgres server; plain JSON. */
export interface ServerAccess {
  /** An address, since tests look up no names; or the folder of a local socket. */
  readonly host: string
  readonly port: number
  readonly user: string
  /** Empty for none. */
  readonly password: string
  readonly database: string
  /** null: in plain. */
  readonly tls: ServerTls | null
}

/** What `sslmode` and its companions mean to libpq. */
export interface ServerTls {
  readonly mode: 'require' | 'verify-ca' | 'verify-full'
  /** The name that the URL has for the server. */
  readonly servername: string
  /** The contents of the files that the URL names. */
  readonly files: Readonly<Partial<Record<'ca' | 'cert' | 'key', string>>>
}

/** A server of which each test file gets a database; plain JSON. */
export interface PostgresServer {
  /** Without a database. */
  readonly url: string
  /** Set for one that the user gave. */
  readonly existing: ExistingServer | null
}

export function accessTo({ url, existing }: PostgresServer, database: string): ServerAccess {
  const { hostname, port, username, password } = new URL(url)
  return {
    host: existing?.socket ?? hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database,
    tls: existing?.tls ?? null,
  }
}

/** To a database from which others can be made and dropped; on a server of the user it is one that is only read. */
export function adminAccess(server: PostgresServer): ServerAccess {
  return accessTo(server, server.existing?.database ?? 'postgres')
}

export function toClientConfig({ tls, password, ...place }: ServerAccess): pg.ClientConfig {
  return { ...place, ...(password === '' ? {} : { password }), ssl: tls ? toTlsOptions(tls) : false }
}

/** Without a certificate authority `require` is content with any certificate, as it is for libpq. */
export function toTlsOptions({ mode, servername, files }: ServerTls): ConnectionOptions {
  const isAnyName = mode !== 'verify-full'
  return {
    ...files,
    servername,
    rejectUnauthorized: mode !== 'require' || files.ca !== undefined,
    ...(isAnyName ? { checkServerIdentity: () => undefined } : {}),
  }
}
