import type { Effect } from '../effects.ts'
import type { ArmedFault } from '../rules.ts'
import type { Statement } from '../statement.ts'
import { describeFailure } from './failures.ts'
import {
  CLOSED_BY_RUN,
  errorFrame,
  FLUSH,
  invalidFrame,
  queryFrame,
  readErrorCode,
  runFrames,
  SYNC,
  typeOf,
} from './frames.ts'
import { ask } from './server-link.ts'
import type { Session } from './session.ts'

/** A statement that met a fault, with all statements before it answered. */
export interface Meeting {
  readonly fault: ArmedFault<Effect>
  readonly statement: Statement
  /** What the app sent. */
  readonly frame: Buffer
  /** The SQL before it in the same text, which is carried out; null when the statement was prepared. */
  readonly before: string | null
}

/** Does what the fault says in place of the statement; `send` passes the app's own frame on to the server. */
export async function carryOut(session: Session, meeting: Meeting, send: (frame: Buffer) => void): Promise<void> {
  const { effect } = meeting.fault
  if (effect.kind === 'fail') return fail(session, meeting, effect)
  if (effect.kind === 'delay') return delay(session, { meeting, milliseconds: effect.milliseconds, send })
  if (effect.when === 'before') return cut(session)
  send(meeting.frame)
  session.phase = meeting.before === null ? 'losing' : 'lost'
  session.link.intercept = (frame) => {
    if (typeOf(frame) === 'Z') void cut(session)
  }
}

// Not known before it runs, unlike a syntax error, which would keep the statements before it from running.
const FAILING_SQL = 'select 1/0'
const DIVISION_BY_ZERO = '22012'

async function fail(session: Session, meeting: Meeting, effect: Effect & { kind: 'fail' }): Promise<void> {
  const { fault, statement, before } = meeting
  const { link, app } = session
  const error = errorFrame(describeFailure(fault, effect, statement))
  // A commit that fails leaves no failed transaction behind, but none at all.
  const isCommit = statement.operation === 'commit'
  if (before !== null) {
    const answers = await ask(link, queryFrame(before + (isCommit ? 'rollback' : FAILING_SQL)), endsWith('Z'))
    app.write(Buffer.concat(replaceLast(answers, isCommit ? 'C' : 'E', error)))
    return
  }
  if (isCommit) await ask(link, runFrames('rollback'), isRunOver)
  else await ask(link, Buffer.concat([invalidFrame(), FLUSH]), endsWith('E'))
  session.phase = 'skipping'
  app.write(error)
}

/** Puts our error where the server's own answer to our statement is, if it came that far. */
function replaceLast(answers: readonly Buffer[], type: string, error: Buffer): Buffer[] {
  const last = answers.findLastIndex((answer) => typeOf(answer) === type)
  return answers.map((answer, index) => {
    if (index !== last) return answer
    return type === 'E' && readErrorCode(answer) !== DIVISION_BY_ZERO ? answer : error
  })
}

/** The server sleeps, so that its own timeouts and a cancel request of the app end the statement as they would. */
async function delay(
  session: Session,
  { meeting, milliseconds, send }: { meeting: Meeting; milliseconds: number; send: (frame: Buffer) => void },
): Promise<void> {
  const sql = `select pg_sleep(${milliseconds / 1000})`
  const { link, app } = session
  session.isAsleep = true
  const answers =
    meeting.before === null
      ? await ask(link, runFrames(sql), isRunOver)
      : await ask(link, queryFrame(sql), endsWith('Z'))
  session.isAsleep = false
  const error = answers.findIndex((answer) => typeOf(answer) === 'E')
  if (error === -1) return send(meeting.frame)
  if (meeting.before === null) session.phase = 'skipping'
  app.write(Buffer.concat(answers.slice(error)))
}

/**
 * Breaks the connection. A server notices that some time later and takes an open transaction back; here it happens
 * before, so that the next statement of the test does not depend on when.
 */
export async function cut(session: Session): Promise<void> {
  const { link, app } = session
  session.phase = 'lost'
  if (link.status !== 'I') {
    const isOver = (answers: readonly Buffer[]) => answers.filter((answer) => typeOf(answer) === 'Z').length === 2
    await ask(link, Buffer.concat([SYNC, queryFrame('rollback')]), isOver)
  }
  app.destroySoon()
}

function endsWith(type: string): (answers: readonly Buffer[]) => boolean {
  return (answers) => answers.some((answer) => typeOf(answer) === type)
}

function isRunOver(answers: readonly Buffer[]): boolean {
  return endsWith('E')(answers) || answers.filter((answer) => typeOf(answer) === '3').length === CLOSED_BY_RUN
}
