import type { Effect } from '../effects.ts'
import type { ArmedFault } from '../rules.ts'
import type { Statement } from '../statement.ts'
import { describeFailure, INTERRUPTED, type MysqlFailure } from './failures.ts'
import { contentOf, errorPacket, queryPacket } from './packets.ts'
import { ask, exchange, findError } from './server-link.ts'
import { passOn, type Session } from './session.ts'

/** A statement that met a fault. */
export interface Meeting {
  readonly fault: ArmedFault<Effect>
  readonly statement: Statement
  /** What the app sent. */
  readonly command: Buffer
  /** The SQL before it in the same text, which is carried out. */
  readonly before: string
}

/** Does what the fault says in place of the statement. */
export async function carryOut(session: Session, meeting: Meeting): Promise<void> {
  const { effect } = meeting.fault
  if (effect.kind === 'fail') return fail(session, meeting, effect)
  if (effect.kind === 'delay') return delay(session, meeting.command, effect.milliseconds)
  const { link } = session
  if (effect.when === 'after') await exchange(link, meeting.command, async () => {})
  else if (meeting.before !== '') await ask(link, meeting.before)
  return cut(session)
}

async function fail(session: Session, meeting: Meeting, effect: Effect & { kind: 'fail' }): Promise<void> {
  const { fault, statement, before } = meeting
  const { link, app, names } = session
  const failure = describeFailure(effect, { target: fault.target, statement, names })
  if (failure === null) throw new Error('A fault was armed that MySQL can not carry out.')
  // A commit that fails leaves no transaction behind.
  const endsTransaction = failure.endsTransaction || statement.operation === 'commit'
  if (before !== '')
    return passOn(session, queryPacket(before + (endsTransaction ? 'ROLLBACK;\n' : '') + signal(failure)))
  if (endsTransaction) await ask(link, 'ROLLBACK')
  await app.write(errorPacket(1, failure))
}

/** The server's own way to fail on purpose, which it numbers behind the answers to the statements before. */
function signal({ errno, sqlstate, message }: MysqlFailure): string {
  const text = message.slice(0, 128).replaceAll('\\', '\\\\').replaceAll("'", "''")
  return `SIGNAL SQLSTATE '${sqlstate}' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = '${text}'`
}

/** What SLEEP gives back when it is interrupted. */
const WOKEN = Buffer.from('\x011')

/** The server sleeps, so that its own timeouts and a KILL of the app end the statement as they would. */
async function delay(session: Session, command: Buffer, milliseconds: number): Promise<void> {
  const { link, app } = session
  session.isAsleep = true
  const answer = await ask(link, `SELECT SLEEP(${milliseconds / 1000})`)
  session.isAsleep = false
  const error = findError(answer)
  if (error) return app.write(error)
  if (answer.some((packet) => contentOf(packet).equals(WOKEN))) return app.write(errorPacket(1, INTERRUPTED))
  return passOn(session, command)
}

/**
 * Breaks the connection. A server notices that some time later and takes an open transaction back; here it happens
 * before, so that the next statement of the test does not depend on when.
 */
async function cut(session: Session): Promise<void> {
  const { link, app } = session
  session.isLost = true
  if (link.isInTransaction) await ask(link, 'ROLLBACK')
  app.socket.destroySoon()
}
