import { type FaultBoard, meetStatement } from '../board.ts'
import { bindParameters, readStatements, type StatementShape } from '../read-statement.ts'
import type { Statement } from '../statement.ts'
import { carryOut } from './carry-out.ts'
import type { ServerNames } from './failures.ts'
import type { PacketStream } from './packet-stream.ts'
import { COMMAND, commandPacket, contentOf } from './packets.ts'
import { type ParameterTypes, readParameters } from './parameters.ts'
import { readStatementHead } from './reply.ts'
import { exchange, type ServerLink } from './server-link.ts'

/** One connection of the app. */
export interface Session {
  readonly app: PacketStream
  readonly link: ServerLink
  readonly board: FaultBoard
  readonly names: ServerNames
  /** Ends what a connection of the server is doing. */
  readonly kill: (connectionId: number) => Promise<void>
  /** By the numbers that the server gave them. */
  readonly prepared: Map<number, Prepared>
  /** A command is being carried out. */
  isBusy: boolean
  /** The server sleeps in place of a statement. */
  isAsleep: boolean
  /** A fault has broken the connection. */
  isLost: boolean
}

interface Prepared {
  readonly shapes: readonly StatementShape[]
  readonly parameters: number
  types: ParameterTypes
}

/** Stands between the app and the server until one of them leaves. */
export async function serveSession(session: Session): Promise<void> {
  const { app } = session
  for (let command = await app.next(); command !== null && !session.isLost; command = await app.next()) {
    session.isBusy = true
    await takeCommand(session, command)
    session.isBusy = false
  }
}

async function takeCommand(session: Session, command: Buffer): Promise<void> {
  const content = contentOf(command)
  switch (content[0]) {
    case COMMAND.query:
      return meetFaults(session, command, readText(content.toString('utf8', 1)))
    case COMMAND.execute:
      return meetFaults(session, command, readExecution(session, content))
    case COMMAND.prepare:
      return prepare(session, command, content.toString('utf8', 1))
    case COMMAND.close:
      session.prepared.delete(content.readUInt32LE(1))
      return passOn(session, command)
    case COMMAND.changeUser:
      // There is but one user; what the app means is a connection as good as new.
      return passOn(session, commandPacket(COMMAND.resetConnection))
    default:
      return passOn(session, command)
  }
}

export function passOn({ link, app }: Session, command: Buffer): Promise<void> {
  return exchange(link, command, (packet) => app.write(packet))
}

async function meetFaults(session: Session, command: Buffer, statements: readonly Statement[]): Promise<void> {
  for (const [index, statement] of statements.entries()) {
    const fault = meetStatement(session.board, statement)
    if (fault === null) continue
    const before = statements.slice(0, index).map(({ sql }) => `${sql};\n`)
    return carryOut(session, { fault, statement, command, before: before.join('') })
  }
  return passOn(session, command)
}

async function prepare({ link, app, prepared }: Session, command: Buffer, sql: string): Promise<void> {
  let isHead = true
  await exchange(link, command, (packet) => {
    if (isHead) noteStatement(prepared, contentOf(packet), sql)
    isHead = false
    return app.write(packet)
  })
}

function noteStatement(prepared: Session['prepared'], answer: Buffer, sql: string): void {
  if (answer[0] !== 0x00) return
  const { id, parameters } = readStatementHead(answer)
  prepared.set(id, { shapes: readShapes(sql), parameters, types: [] })
}

function readText(sql: string): readonly Statement[] {
  return readShapes(sql).map((shape) => bindParameters(shape, []))
}

function readExecution({ prepared }: Session, content: Buffer): readonly Statement[] {
  const found = prepared.get(content.readUInt32LE(1))
  if (!found) return []
  const { values, types } = readParameters(content, found.parameters, found.types)
  found.types = types
  return found.shapes.map((shape) => bindParameters(shape, values))
}

const shapes = new Map<string, readonly StatementShape[]>()
const SHAPES_LIMIT = 1000

/** An app sends the same texts again and again, though mysql2 writes the values into most of them. */
function readShapes(sql: string): readonly StatementShape[] {
  const known = shapes.get(sql)
  if (known) return known
  const read = readStatements(sql, 'mysql')
  if (shapes.size >= SHAPES_LIMIT) shapes.clear()
  shapes.set(sql, read)
  return read
}
