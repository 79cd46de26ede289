/** https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
interface Message {
  readonly kind: 'data' | 'close' | 'ping' | 'other'
  readonly content: Buffer
}

const KINDS: Readonly<Record<number, Message['kind']>> = { 0: 'data', 1: 'data', 2: 'data', 8: 'close', 9: 'ping' }
const [BINARY, CLOSE, PONG] = [2, 8, 10] as const

export function createFrameReader(): { push(chunk: Buffer): Message[] } {
  let held = Buffer.alloc(0)
  return {
    push: (chunk) => {
      held = Buffer.concat([held, chunk])
      const messages: Message[] = []
      for (let frame = readFrame(held); frame !== null; frame = readFrame(held)) {
        messages.push(frame.message)
        held = held.subarray(frame.end)
      }
      return messages
    },
  }
}

/** Null: it is not complete yet. A client masks all that it sends. */
function readFrame(bytes: Buffer): { message: Message; end: number } | null {
  const head = readHead(bytes)
  if (head === null || bytes.length < head.at + 4 + head.length) return null
  const mask = bytes.subarray(head.at, head.at + 4)
  const end = head.at + 4 + head.length
  const content = Buffer.from(bytes.subarray(head.at + 4, end))
  for (let at = 0; at < content.length; at += 1) content[at] = (content[at] ?? 0) ^ (mask[at % 4] ?? 0)
  return { message: { kind: KINDS[(bytes[0] ?? 0) & 15] ?? 'other', content }, end }
}

function readHead(bytes: Buffer): { length: number; at: number } | null {
  const short = (bytes[1] ?? 0) & 127
  const at = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < at) return null
  if (short === 126) return { length: bytes.readUInt16BE(2), at }
  return { length: short === 127 ? Number(bytes.readBigUInt64BE(2)) : short, at }
}

export function binaryFrame(content: Buffer): Buffer {
  return writeFrame(BINARY, content)
}

export function pongFrame(content: Buffer): Buffer {
  return writeFrame(PONG, content)
}

export function closeFrame(): Buffer {
  return writeFrame(CLOSE, Buffer.alloc(0))
}

function writeFrame(code: number, content: Buffer): Buffer {
  const head = Buffer.alloc(content.length < 126 ? 2 : content.length < 65536 ? 4 : 10)
  head[0] = 128 | code
  head[1] = head.length === 2 ? content.length : head.length === 4 ? 126 : 127
  if (head.length === 4) head.writeUInt16BE(content.length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(content.length), 2)
  return Buffer.concat([head, content])
}
