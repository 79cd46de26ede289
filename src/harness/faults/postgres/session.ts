import type net from 'node:net'
import { type FaultBoard, logStatement, meetStatement } from '../board.ts'
import { type DatabasePlace, pauseUntilDrained } from '../connect-directly.ts'
import { bindParameters, readStatements, type StatementShape } from '../read-statement.ts'
import { isFault } from '../rules.ts'
import type { Statement } from '../statement.ts'
import type { Credentials } from './authenticate.ts'
import { carryOut } from './carry-out.ts'
import {
  createFrameReader,
  listFrames,
  readBind,
  readClose,
  readExecute,
  readParse,
  readQuery,
  typeOf,
} from './frames.ts'
import { noteSent, openLink, type ServerLink, settle } from './server-link.ts'

/** One connection of the app. */
export interface Session {
  readonly app: net.Socket
  readonly server: DatabasePlace
  readonly link: ServerLink
  readonly board: FaultBoard
  /** By the names that the driver gave them; its unnamed one is ''. */
  readonly statements: Map<string, readonly StatementShape[]>
  readonly portals: Map<string, Portal>
  /**
   * `skipping`: as after an error, up to the next Sync. `losing`: up to the next Sync, whose answer never arrives.
   * `lost`: nothing goes to the server any more.
   */
  phase: 'open' | 'skipping' | 'losing' | 'lost'
  /** The server sleeps in place of a statement. */
  isAsleep: boolean
}

interface Portal {
  readonly statements: readonly Statement[]
  isRunning: boolean
}

/** Greets the server with the app's own startup packet and stands between the two from then on. */
export function openSession(options: {
  app: net.Socket
  startup: Buffer
  server: DatabasePlace & Credentials
  /** Connected to it. */
  socket: net.Socket
  board: FaultBoard
}): Session {
  const { app, board, server } = options
  const link = openLink(options.socket, server, (frames) => {
    if (!app.write(frames)) pauseUntilDrained(app, link.socket)
  })
  const session: Session = {
    app,
    server,
    link,
    board,
    statements: new Map(),
    portals: new Map(),
    phase: 'open',
    isAsleep: false,
  }
  link.socket.write(options.startup)
  link.socket.on('end', () => app.end())
  for (const [socket, other] of [
    [app, link.socket],
    [link.socket, app],
  ] as const) {
    socket.on('error', () => {})
    socket.on('close', () => other.destroySoon())
  }
  readFromApp(session)
  return session
}

function readFromApp(session: Session): void {
  const { app, link } = session
  const reader = createFrameReader()
  let waiting: Buffer[] = []
  let isBusy = false
  const work = async (): Promise<void> => {
    isBusy = true
    await link.entered
    for (let frames = waiting.shift(); frames !== undefined; frames = waiting.shift()) {
      await takeFrames(session, frames)
    }
    isBusy = false
  }
  app.on('data', (chunk) => {
    const frames = reader.push(chunk)
    if (frames.length === 0 || session.phase === 'lost') return
    waiting.push(frames)
    if (!isBusy) void work()
  })
  link.socket.on('close', () => {
    waiting = []
  })
}

const PASSWORD = 'p'

/** Passes frames on, several at once where nothing stands in their way. */
async function takeFrames(session: Session, frames: Buffer): Promise<void> {
  let from = 0
  let at = 0
  for (const frame of listFrames(frames)) {
    // The link has shown who we are, if the server asked; neon's client sends a password all the same.
    if (typeOf(frame) === PASSWORD) {
      sendBytes(session, frames.subarray(from, at))
      at += frame.length
      from = at
      continue
    }
    const statements = readFrame(session, frame)
    const mayMeet = statements.some((statement) => isFault(session.board.faults, statement))
    if (!mayMeet && session.phase === 'open') {
      for (const statement of statements) logStatement(session.board, statement)
      noteSent(session.link, typeOf(frame))
    } else {
      sendBytes(session, frames.subarray(from, at))
      await takeFrame(session, frame, statements)
      from = at + frame.length
    }
    at += frame.length
  }
  sendBytes(session, frames.subarray(from, at))
}

function sendBytes({ link, app }: Session, bytes: Buffer): void {
  if (bytes.length > 0 && !link.socket.write(bytes)) pauseUntilDrained(link.socket, app)
}

function sendFrame(session: Session, frame: Buffer): void {
  noteSent(session.link, typeOf(frame))
  sendBytes(session, frame)
}

async function takeFrame(session: Session, frame: Buffer, statements: readonly Statement[]): Promise<void> {
  if (session.phase === 'lost') return
  const isSync = typeOf(frame) === 'S'
  if (session.phase === 'skipping' && !isSync) return
  if (session.phase === 'open') await meetFaults(session, frame, statements)
  else {
    sendFrame(session, frame)
    if (isSync) session.phase = session.phase === 'losing' ? 'lost' : 'open'
  }
}

async function meetFaults(session: Session, frame: Buffer, statements: readonly Statement[]): Promise<void> {
  const { board, link } = session
  await settle(link)
  const send = (sent: Buffer) => sendFrame(session, sent)
  const isRefused = link.skipping || link.status === 'E'
  for (const [index, statement] of statements.entries()) {
    if (isRefused) {
      logStatement(board, statement)
      continue
    }
    const fault = meetStatement(board, statement)
    if (fault === null) continue
    const isSimple = typeOf(frame) === 'Q'
    const before = statements.slice(0, index).map(({ sql }) => `${sql};\n`)
    return carryOut(session, { fault, statement, frame, before: isSimple ? before.join('') : null }, send)
  }
  send(frame)
}

/** Keeps up with what the driver prepares, and returns the statements that this frame runs. */
function readFrame(session: Session, frame: Buffer): readonly Statement[] {
  const { statements, portals } = session
  switch (typeOf(frame)) {
    case 'Q':
      return readShapes(readQuery(frame)).map((shape) => bindParameters(shape, []))
    case 'P': {
      const { name, sql } = readParse(frame)
      statements.set(name, readShapes(sql))
      return []
    }
    case 'B': {
      const { portal, statement, parameters } = readBind(frame)
      const bound = (statements.get(statement) ?? []).map((shape) => bindParameters(shape, parameters))
      portals.set(portal, { statements: bound, isRunning: false })
      return []
    }
    case 'E': {
      const portal = portals.get(readExecute(frame))
      // A cursor is executed once for each batch of its rows.
      if (!portal || portal.isRunning) return []
      portal.isRunning = true
      return portal.statements
    }
    case 'C': {
      const { kind, name } = readClose(frame)
      if (kind === 'S') statements.delete(name)
      else portals.delete(name)
      return []
    }
    default:
      return []
  }
}

const shapes = new Map<string, readonly StatementShape[]>()
const SHAPES_LIMIT = 1000

/** An app sends the same texts again and again. */
function readShapes(sql: string): readonly StatementShape[] {
  const known = shapes.get(sql)
  if (known) return known
  const read = readStatements(sql, 'postgres')
  if (shapes.size >= SHAPES_LIMIT) shapes.clear()
  shapes.set(sql, read)
  return read
}
