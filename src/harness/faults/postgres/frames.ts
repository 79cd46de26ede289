/** https://www.postgresql.org/docs/current/protocol-message-formats.html: a type byte, a length, the content. */

/** The type of a frame, e.g. `Q`. */
export function typeOf(frame: Buffer): string {
  return String.fromCharCode(frame[0] ?? 0)
}

export interface FrameReader {
  /** The frames that are complete with this chunk, as one piece. */
  push(chunk: Buffer): Buffer
}

const HEADER = 5
const EMPTY = Buffer.alloc(0)

/** Holds back an unfinished frame; a long one is put together once, when it is complete. */
export function createFrameReader(): FrameReader {
  let parts: Buffer[] = []
  let held = 0
  let needed = HEADER
  return {
    push: (chunk) => {
      parts.push(chunk)
      held += chunk.length
      if (held < needed) return EMPTY
      const all = parts.length === 1 ? chunk : Buffer.concat(parts, held)
      const end = endOfFrames(all)
      const rest = all.subarray(end)
      parts = rest.length > 0 ? [rest] : []
      held = rest.length
      needed = held < HEADER ? HEADER : lengthOf(rest, 0)
      return all.subarray(0, end)
    },
  }
}

function endOfFrames(bytes: Buffer): number {
  let at = 0
  while (bytes.length - at >= HEADER && at + lengthOf(bytes, at) <= bytes.length) at += lengthOf(bytes, at)
  return at
}

function lengthOf(bytes: Buffer, at: number): number {
  return 1 + Math.max(bytes.readUInt32BE(at + 1), HEADER - 1)
}

export function* listFrames(frames: Buffer): Generator<Buffer> {
  for (let at = 0; at < frames.length; at += lengthOf(frames, at)) yield frames.subarray(at, at + lengthOf(frames, at))
}

function frame(type: string, ...content: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)))
  const head = Buffer.alloc(HEADER)
  head.write(type, 'latin1')
  head.writeInt32BE(body.length + HEADER - 1, 1)
  return Buffer.concat([head, body])
}

export const FLUSH = frame('H')
export const SYNC = frame('S')

/** What a client says to get in, whatever the way. */
export function passwordFrame(content: Buffer): Buffer {
  return frame('p', content)
}

export function saslFirstFrame(mechanism: string, message: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(Buffer.byteLength(message))
  return frame('p', mechanism, length, Buffer.from(message))
}

/** Of Authentication: what the server wants, 0 for nothing more, and what it says about it. */
export function readAuthentication(request: Buffer): { kind: number; content: Buffer } {
  return { kind: request.readInt32BE(HEADER), content: request.subarray(HEADER + 4) }
}

export function queryFrame(sql: string): Buffer {
  return frame('Q', sql)
}

/** A statement that nothing can carry out, which is all that it takes to fail a transaction. */
export function invalidFrame(): Buffer {
  return frame('P', OWN_NAME, 'itest makes this statement fail', Buffer.alloc(2))
}

/** Runs a statement without parameters between those of the app, whose unnamed ones stay as they are. */
export function runFrames(sql: string): Buffer {
  const none = Buffer.alloc(2)
  return Buffer.concat([
    frame('P', OWN_NAME, sql, none),
    frame('B', OWN_NAME, OWN_NAME, none, none, none),
    frame('E', OWN_NAME, Buffer.alloc(4)),
    frame('C', Buffer.from('P'), OWN_NAME),
    frame('C', Buffer.from('S'), OWN_NAME),
    FLUSH,
  ])
}

/** How many frames of type `3` close what `runFrames` opened. */
export const CLOSED_BY_RUN = 2

const OWN_NAME = 'itest'

/** Fields by their letters: https://www.postgresql.org/docs/current/protocol-error-fields.html */
export function errorFrame(fields: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(fields).flatMap(([letter, value]) => [Buffer.from(letter), value])
  return frame('E', ...parts, Buffer.alloc(1))
}

export function readErrorCode(error: Buffer): string | null {
  for (let at = HEADER; at < error.length && error[at] !== 0; at = error.indexOf(0, at) + 1) {
    if (error[at] === CODE_FIELD) return readText(error, at + 1).text
  }
  return null
}

const CODE_FIELD = 'C'.charCodeAt(0)

/** The zero-terminated text at a place, and where the next field begins. */
function readText(bytes: Buffer, at: number): { text: string; end: number } {
  const end = bytes.indexOf(0, at)
  return end === -1 ? { text: '', end: bytes.length } : { text: bytes.toString('utf8', at, end), end: end + 1 }
}

export function readQuery(query: Buffer): string {
  return readText(query, HEADER).text
}

/** Of Parse: the name of the statement and its SQL. */
export function readParse(parse: Buffer): { name: string; sql: string } {
  const name = readText(parse, HEADER)
  return { name: name.text, sql: readText(parse, name.end).text }
}

export interface Bind {
  readonly portal: string
  readonly statement: string
  /** Text as the driver wrote it; a Buffer for binary values; null for NULL. */
  readonly parameters: readonly (string | Buffer | null)[]
}

export function readBind(bind: Buffer): Bind {
  const portal = readText(bind, HEADER)
  const statement = readText(bind, portal.end)
  const formats = readFormats(bind, statement.end)
  let at = statement.end + 2 + 2 * formats.length
  const count = bind.readUInt16BE(at)
  at += 2
  const parameters = Array.from({ length: count }, (_, index) => {
    const length = bind.readInt32BE(at)
    at += 4
    if (length < 0) return null
    const value = bind.subarray(at, at + length)
    at += length
    const isBinary = (formats.length === 1 ? formats[0] : formats[index]) === 1
    return isBinary ? Buffer.from(value) : value.toString()
  })
  return { portal: portal.text, statement: statement.text, parameters }
}

function readFormats(bind: Buffer, at: number): number[] {
  return Array.from({ length: bind.readUInt16BE(at) }, (_, index) => bind.readUInt16BE(at + 2 + 2 * index))
}

/** Of Execute: the name of its portal. */
export function readExecute(execute: Buffer): string {
  return readText(execute, HEADER).text
}

/** Of Close: `S` for a statement, `P` for a portal, and its name. */
export function readClose(close: Buffer): { kind: string; name: string } {
  return { kind: String.fromCharCode(close[HEADER] ?? 0), name: readText(close, HEADER + 1).text }
}
