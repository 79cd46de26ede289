import { describe, expect, it } from 'vitest'
import { isSslRequest, loginPacket, readGreeting } from '../../../../src/harness/faults/mysql/handshake.ts'
import {
  COMMAND,
  commandPacket,
  contentOf,
  createPacketReader,
  errorPacket,
  makePacket,
  queryPacket,
} from '../../../../src/harness/faults/mysql/packets.ts'
import { readParameters } from '../../../../src/harness/faults/mysql/parameters.ts'
import { createReplyReader, isInTransaction } from '../../../../src/harness/faults/mysql/reply.ts'

const packet = (number: number, ...bytes: number[]) => makePacket(number, Buffer.from(bytes))
/** OK without rows; the flags are those of the server, e.g. 1 in a transaction and 8 when more results follow. */
const ok = (flags: number) => packet(1, 0x00, 0x01, 0xfc, 0x2c, 0x01, flags, 0, 0, 0)
const eof = (flags: number) => packet(1, 0xfe, 0, 0, flags, 0)
const column = packet(1, 0x03, 0x64, 0x65, 0x66)

describe('createPacketReader', () => {
  it('gives packets whole, however they are cut', () => {
    const [one, two] = [queryPacket('select 1'), commandPacket(COMMAND.quit)]
    const bytes = Buffer.concat([one, two])
    for (let at = 0; at <= bytes.length; at += 1) {
      const reader = createPacketReader()
      expect([...reader.push(bytes.subarray(0, at)), ...reader.push(bytes.subarray(at))]).toEqual([one, two])
    }
  })

  it('takes a packet that goes on in the next one for one', () => {
    const first = makePacket(0, Buffer.alloc(0xffffff, 7))
    const rest = packet(1, 8, 9)
    const reader = createPacketReader()
    expect(reader.push(first)).toEqual([])
    const [whole, after] = reader.push(Buffer.concat([rest, ok(0)]))
    expect(whole?.length).toBe(first.length + rest.length)
    expect(after).toEqual(ok(0))
  })
})

describe('createReplyReader', () => {
  const ends = (command: number, packets: readonly Buffer[]) => {
    const reader = createReplyReader(command)
    return { over: packets.map((one) => reader.read(one)), flags: reader.flags }
  }

  it.each([
    { name: 'no rows', packets: [ok(1)], over: [true], isOpen: true },
    { name: 'an error', packets: [errorPacket(1, { errno: 1062, sqlstate: '23000', message: 'x' })], over: [true] },
    {
      name: 'rows, of which one begins like an end',
      packets: [
        packet(1, 2),
        column,
        column,
        eof(0),
        packet(2, 0xfe, ...Array(20).fill(1)),
        packet(3, 0x00, 1),
        eof(0),
      ],
      over: [false, false, false, false, false, false, true],
      isOpen: false,
    },
    {
      name: 'several results',
      packets: [ok(8), packet(1, 1), column, eof(8), eof(9), ok(0)],
      over: [false, false, false, false, false, true],
      isOpen: false,
    },
    {
      name: 'an error among the rows',
      packets: [packet(1, 1), column, eof(0), packet(2, 0xff, 1, 1)],
      over: [false, false, false, true],
    },
  ])('sees the end of $name', ({ packets, over, isOpen }) => {
    const seen = ends(COMMAND.query, packets)
    expect(seen.over).toEqual(over)
    if (isOpen !== undefined) expect(isInTransaction(seen.flags ?? 0)).toBe(isOpen)
  })

  it('counts what describes a prepared statement', () => {
    const head = (columns: number, parameters: number) =>
      packet(1, 0x00, 7, 0, 0, 0, columns, 0, parameters, 0, 0, 0, 0)
    expect(ends(COMMAND.prepare, [head(0, 0)]).over).toEqual([true])
    expect(ends(COMMAND.prepare, [head(1, 2), column, column, eof(0), column, eof(0)]).over).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ])
  })
})

describe('readParameters', () => {
  it('reads what drivers bind, and remembers the types', () => {
    const double = Buffer.alloc(8)
    double.writeDoubleLE(1.5)
    const types = [253, 0, 5, 0, 6, 0, 8, 0, 12, 0, 1, 0]
    const values = Buffer.concat([
      Buffer.from([2, 0x68, 0x69]),
      double,
      Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      Buffer.from([7, 0xee, 0x07, 1, 15, 10, 30, 0]),
      Buffer.from([1]),
    ])
    const head = Buffer.from([COMMAND.execute, 7, 0, 0, 0, 0, 1, 0, 0, 0, 0b100])
    const first = readParameters(Buffer.concat([head, Buffer.from([1, ...types]), values]), 6, [])
    expect(first.values).toEqual(['hi', 1.5, null, '-2', '2030-01-15 10:30:00', 1])
    expect(readParameters(Buffer.concat([head, Buffer.from([0]), values]), 6, first.types)).toEqual(first)
  })
})

describe('the handshake', () => {
  // What MariaDB 10.11 says first.
  const hello = Buffer.from(
    '640000000a352e352e352d31302e31312e31382d4d6172696144422d302b64656231327531000400000037626b7177223e5400fef72d0200ff81150000000000001d0000006a38766c3c274b26784f6178006d7973716c5f6e61746976655f70617373776f726400',
    'hex',
  )

  it('offers the app TLS, and nothing that could not be read', () => {
    const { connectionId, plugin, packet: shown } = readGreeting(hello)
    expect({ connectionId, plugin }).toEqual({ connectionId: 4, plugin: 'mysql_native_password' })
    const low = contentOf(shown).readUInt16LE(contentOf(shown).indexOf(0, 1) + 14)
    expect({ tls: (low & 0x800) !== 0, compression: (low & 0x20) !== 0 }).toEqual({ tls: true, compression: false })
    expect(shown.length).toBe(hello.length)
  })

  it('makes root of whoever comes, in the database of the test', () => {
    const asked = Buffer.concat([Buffer.alloc(32, 0), Buffer.from('shop\0\x03abcshop_production\0')])
    asked.writeUInt32LE(0x800, 0)
    expect(isSslRequest(makePacket(1, asked.subarray(0, 32)))).toBe(true)
    expect(isSslRequest(makePacket(2, asked))).toBe(false)
    const login = contentOf(loginPacket(makePacket(2, asked), { plugin: 'mysql_native_password', database: 'itest_1' }))
    expect(login.toString('latin1', 32)).toBe('root\0\0itest_1\0mysql_native_password\0')
    expect(login.readUInt32LE(0) & 0x800).toBe(0)
  })
})
