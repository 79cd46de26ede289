import { readLength } from './packets.ts'

/** What the driver said of a prepared statement's parameters when it last bound them. */
export type ParameterTypes = readonly number[]

const TYPE = { tiny: 1, short: 2, long: 3, float: 4, double: 5, null: 6, timestamp: 7, longlong: 8, int24: 9 } as const
const DATES = new Set([7, 10, 12])
const TIME = 11
const UNSIGNED = 0x8000

export interface Bound {
  readonly values: readonly unknown[]
  /** Sent once, and left out when they are the same again. */
  readonly types: ParameterTypes
}

/** Of COM_STMT_EXECUTE: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_execute.html */
export function readParameters(content: Buffer, count: number, known: ParameterTypes): Bound {
  if (count === 0) return { values: [], types: [] }
  const nulls = 10
  const flag = nulls + Math.ceil(count / 8)
  let at = flag + 1
  let types = known
  if (content[flag] === 1) {
    types = Array.from({ length: count }, (_, index) => content.readUInt16LE(at + 2 * index))
    at += 2 * count
  }
  const values = types.map((type, index) => {
    const isNull = ((content[nulls + (index >> 3)] ?? 0) >> (index & 7)) & 1
    if (isNull || (type & 0xff) === TYPE.null) return null
    const { value, end } = readValue(content, at, type)
    at = end
    return value
  })
  return { values, types }
}

interface Read {
  readonly value: unknown
  readonly end: number
}

function readValue(bytes: Buffer, at: number, type: number): Read {
  const kind = type & 0xff
  const isUnsigned = (type & UNSIGNED) !== 0
  switch (kind) {
    case TYPE.tiny:
      return { value: isUnsigned ? bytes.readUInt8(at) : bytes.readInt8(at), end: at + 1 }
    case TYPE.short:
      return { value: isUnsigned ? bytes.readUInt16LE(at) : bytes.readInt16LE(at), end: at + 2 }
    case TYPE.int24:
    case TYPE.long:
      return { value: isUnsigned ? bytes.readUInt32LE(at) : bytes.readInt32LE(at), end: at + 4 }
    case TYPE.longlong:
      return { value: String(isUnsigned ? bytes.readBigUInt64LE(at) : bytes.readBigInt64LE(at)), end: at + 8 }
    case TYPE.float:
      return { value: bytes.readFloatLE(at), end: at + 4 }
    case TYPE.double:
      return { value: bytes.readDoubleLE(at), end: at + 8 }
    default:
      return DATES.has(kind) ? readDate(bytes, at) : readText(bytes, at, kind)
  }
}

/** `2030-01-15 10:00:00.500`, as the driver would write it into SQL. */
function readDate(bytes: Buffer, at: number): Read {
  const length = bytes[at] ?? 0
  const pad = (value: number, digits = 2) => String(value).padStart(digits, '0')
  const start = at + 1
  const part = (offset: number) => (offset < length ? (bytes[start + offset] ?? 0) : 0)
  const year = length >= 4 ? bytes.readUInt16LE(start) : 0
  const micros = length >= 11 ? bytes.readUInt32LE(start + 7) : 0
  const day = `${pad(year, 4)}-${pad(part(2))}-${pad(part(3))}`
  const time = `${pad(part(4))}:${pad(part(5))}:${pad(part(6))}`
  const fraction = micros > 0 ? `.${pad(micros, 6)}` : ''
  return { value: `${day} ${time}${fraction}`, end: start + length }
}

function readText(bytes: Buffer, at: number, kind: number): Read {
  // No driver of the app's sends a time of day in this form, so its value is not read.
  if (kind === TIME) return { value: undefined, end: at + 1 + (bytes[at] ?? 0) }
  const { value: length, end } = readLength(bytes, at)
  return { value: bytes.toString('utf8', end, end + (length ?? 0)), end: end + (length ?? 0) }
}
