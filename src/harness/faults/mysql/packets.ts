/** https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html: a length, a number within the exchange, the content. */

const HEADER = 4
/** A packet of this length goes on in the next one. */
const LONGEST = 0xffffff
const EMPTY = Buffer.alloc(0)

export const COMMAND = {
  quit: 0x01,
  query: 0x03,
  changeUser: 0x11,
  prepare: 0x16,
  execute: 0x17,
  sendLongData: 0x18,
  close: 0x19,
  resetConnection: 0x1f,
} as const

export interface PacketReader {
  /** The packets that are complete with this chunk; one that goes on in others is one. */
  push(chunk: Buffer): Buffer[]
}

/** Holds back an unfinished packet; a long one is put together once, when it is complete. */
export function createPacketReader(): PacketReader {
  let parts: Buffer[] = []
  let held = 0
  let needed = HEADER
  return {
    push: (chunk) => {
      parts.push(chunk)
      held += chunk.length
      if (held < needed) return []
      const all = parts.length === 1 ? chunk : Buffer.concat(parts, held)
      const packets: Buffer[] = []
      let at = 0
      for (let end = endOfPacket(all, at); end <= all.length; end = endOfPacket(all, at)) {
        packets.push(all.subarray(at, end))
        at = end
      }
      const rest = all.length > at ? all.subarray(at) : EMPTY
      parts = rest.length > 0 ? [rest] : []
      held = rest.length
      needed = endOfPacket(rest, 0)
      return packets
    },
  }
}

/** Beyond the end of the bytes: how many there must be at least. */
function endOfPacket(bytes: Buffer, from: number): number {
  let at = from
  for (;;) {
    if (bytes.length < at + HEADER) return at + HEADER
    const length = bytes.readUIntLE(at, 3)
    at += HEADER + length
    if (length < LONGEST) return at
  }
}

/** The content; of a packet that goes on in others its first 16 MB. */
export function contentOf(packet: Buffer): Buffer {
  return packet.subarray(HEADER, HEADER + packet.readUIntLE(0, 3))
}

export function numberOf(packet: Buffer): number {
  return packet[3] ?? 0
}

export function makePacket(number: number, content: Buffer): Buffer {
  const head = Buffer.alloc(HEADER)
  head.writeUIntLE(content.length, 0, 3)
  head[3] = number
  return Buffer.concat([head, content])
}

export function queryPacket(sql: string): Buffer {
  return makePacket(0, Buffer.concat([Buffer.from([COMMAND.query]), Buffer.from(sql)]))
}

export function commandPacket(command: number): Buffer {
  return makePacket(0, Buffer.from([command]))
}

export interface MysqlError {
  readonly errno: number
  readonly sqlstate: string
  readonly message: string
}

export function errorPacket(number: number, { errno, sqlstate, message }: MysqlError): Buffer {
  const head = Buffer.from([0xff, errno & 0xff, errno >> 8])
  return makePacket(number, Buffer.concat([head, Buffer.from(`#${sqlstate}${message}`)]))
}

/** A number of one, two, three or eight bytes, and where it ends; null stands for SQL's NULL. */
export function readLength(bytes: Buffer, at: number): { value: number | null; end: number } {
  const first = bytes[at] ?? 0
  if (first < 0xfb) return { value: first, end: at + 1 }
  if (first === 0xfb) return { value: null, end: at + 1 }
  if (first === 0xfc) return { value: bytes.readUInt16LE(at + 1), end: at + 3 }
  if (first === 0xfd) return { value: bytes.readUIntLE(at + 1, 3), end: at + 4 }
  return { value: Number(bytes.readBigUInt64LE(at + 1)), end: at + 9 }
}
