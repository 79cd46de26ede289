import { contentOf, makePacket } from './packets.ts'

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html */
export interface Greeting {
  readonly connectionId: number
  /** How a password is proven, e.g. `mysql_native_password`. */
  readonly plugin: string
  /** What the app gets to see: what we could not follow is not on offer, TLS is. */
  readonly packet: Buffer
}

const FLAG = {
  withDatabase: 1 << 3,
  compress: 1 << 5,
  localFiles: 1 << 7,
  protocol41: 1 << 9,
  ssl: 1 << 11,
  secureConnection: 1 << 15,
  pluginAuth: 1 << 19,
  connectAttributes: 1 << 20,
  pluginDataLength: 1 << 21,
  optionalMetadata: 1 << 25,
  deprecateEof: 1 << 24,
  zstd: 1 << 26,
  queryAttributes: 1 << 27,
} as const

// With these, packets would look otherwise than as they are read here.
const UNREAD =
  FLAG.compress | FLAG.localFiles | FLAG.optionalMetadata | FLAG.deprecateEof | FLAG.zstd | FLAG.queryAttributes
/** Of MariaDB's own: what a column is beside its type, e.g. JSON. */
const MARIADB_KEPT = 1 << 3

export function readGreeting(packet: Buffer): Greeting {
  const content = Buffer.from(contentOf(packet))
  const id = content.indexOf(0, 1) + 1
  const low = id + 13
  const high = low + 5
  const flags = content.readUInt16LE(low) | (content.readUInt16LE(high) << 16)
  const offered = (flags & ~UNREAD) | FLAG.ssl
  content.writeUInt16LE(offered & 0xffff, low)
  content.writeUInt16LE(offered >>> 16, high)
  const ofMariadb = high + 9
  content.writeUInt32LE(content.readUInt32LE(ofMariadb) & MARIADB_KEPT, ofMariadb)
  const dataLength = Math.max(13, (content[high + 2] ?? 0) - 8)
  const name = ofMariadb + 4 + dataLength
  const end = content.indexOf(0, name)
  return {
    connectionId: content.readUInt32LE(id),
    plugin: content.toString('latin1', name, end === -1 ? content.length : end),
    packet: makePacket(0, content),
  }
}

const SSL_REQUEST_LENGTH = 32

/** Whether a client wants TLS, and sends its name only then. */
export function isSslRequest(packet: Buffer): boolean {
  const content = contentOf(packet)
  return content.length === SSL_REQUEST_LENGTH && (content.readUInt32LE(0) & FLAG.ssl) !== 0
}

/** Logs in on behalf of the app: as root, who has no password, and into the database of the test, whatever the app said. */
export function loginPacket(response: Buffer, { plugin, database }: { plugin: string; database: string }): Buffer {
  const given = contentOf(response)
  const off = UNREAD | FLAG.ssl | FLAG.connectAttributes | FLAG.pluginDataLength
  const on = FLAG.protocol41 | FLAG.secureConnection | FLAG.pluginAuth | FLAG.withDatabase
  // Behind the flags: the longest packet, the character set, and what MariaDB's clients can do.
  const head = Buffer.from(given.subarray(0, SSL_REQUEST_LENGTH))
  head.writeInt32LE((head.readInt32LE(0) & ~off) | on, 0)
  return makePacket(1, Buffer.concat([head, Buffer.from(`root\0\0${database}\0${plugin}\0`)]))
}
