import type { Socket } from 'node:net'
import type { MailAnswer } from './mail-types.ts'

export interface Envelope {
  readonly from: string
  readonly to: readonly string[]
  /** Bytes as Latin-1 text. */
  readonly content: string
}

export interface SmtpSession {
  readonly answer: () => MailAnswer
  readonly deliver: (envelope: Envelope) => Promise<void>
}

interface Progress {
  from: string
  to: string[]
  /** Lines of the message so far; null outside of one. */
  lines: string[] | null
  /** Answers that a sign-in still waits for. */
  credentials: number
}

const FEATURES = ['itest', 'AUTH PLAIN LOGIN XOAUTH2', '8BITMIME', 'SMTPUTF8']

/** Speaks SMTP (RFC 5321) with one client; any credentials are good. */
export function serveSmtp(socket: Socket, session: SmtpSession): void {
  const progress: Progress = { from: '', to: [], lines: null, credentials: 0 }
  const answer = session.answer()
  if (answer.kind === 'hang') return
  if (answer.kind === 'reset') return void socket.resetAndDestroy()
  const say = (...lines: string[]): void => void socket.write(`${lines.join('\r\n')}\r\n`, 'latin1')
  let rest = ''
  let turn: Promise<void> = Promise.resolve()
  socket.on('data', (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) turn = turn.then(() => readLine(line, { progress, session, say, socket }))
  })
  socket.on('error', () => {})
  say('220 itest ESMTP')
}

interface Talk {
  readonly progress: Progress
  readonly session: SmtpSession
  readonly say: (...lines: string[]) => void
  readonly socket: Socket
}

async function readLine(line: string, talk: Talk): Promise<void> {
  const { progress, session, say } = talk
  if (progress.lines === null) return readCommand(line, talk)
  if (line !== '.') {
    progress.lines.push(line.startsWith('.') ? line.slice(1) : line)
    return
  }
  const { from, to, lines } = progress
  Object.assign(progress, { from: '', to: [], lines: null })
  await session.deliver({ from, to, content: lines.join('\r\n') })
  say('250 2.0.0 accepted')
}

function readCommand(line: string, { progress, session, say, socket }: Talk): void {
  if (progress.credentials > 0) {
    progress.credentials -= 1
    return say(progress.credentials > 0 ? '334 UGFzc3dvcmQ6' : signIn(session))
  }
  const verb = line.split(' ')[0]?.toUpperCase()
  if (verb === 'EHLO') return say(...FEATURES.map((name, at) => `250${at < FEATURES.length - 1 ? '-' : ' '}${name}`))
  if (verb === 'AUTH') return readAuth(line, { progress, session, say, socket })
  if (verb === 'MAIL') progress.from = readAddress(line)
  if (verb === 'RCPT') {
    const refusal = refuse(session.answer())
    if (refusal !== null) return say(refusal)
    progress.to.push(readAddress(line))
  }
  if (verb === 'RSET') Object.assign(progress, { from: '', to: [] })
  if (verb === 'DATA') {
    progress.lines = []
    return say('354 end with a dot')
  }
  if (verb === 'QUIT') return void socket.end('221 bye\r\n')
  // The client goes on as if it were secured: see guard-tls.ts.
  if (verb === 'STARTTLS') return say('220 go ahead')
  say(/^(?:HELO|MAIL|RCPT|RSET|NOOP|VRFY)$/.test(verb ?? '') ? '250 2.0.0 ok' : '502 5.5.1 not known here')
}

function readAuth(line: string, { progress, session, say }: Talk): void {
  const [, method = '', initial] = line.split(' ')
  const expected = method.toUpperCase() === 'LOGIN' ? 2 : 1
  progress.credentials = expected - (initial === undefined ? 0 : 1)
  if (progress.credentials === 0) return say(signIn(session))
  say(expected === 2 && initial === undefined ? '334 VXNlcm5hbWU6' : '334 ')
}

/** 530 and 535 speak about the sign-in; other refusals come at the first recipient. */
function signIn(session: SmtpSession): string {
  const answer = session.answer()
  return answer.kind === 'reject' && isAboutSignIn(answer.code) ? `${answer.code} ${answer.text}` : '235 2.7.0 welcome'
}

function refuse(answer: MailAnswer): string | null {
  return answer.kind === 'reject' && !isAboutSignIn(answer.code) ? `${answer.code} ${answer.text}` : null
}

function isAboutSignIn(code: number): boolean {
  return code === 530 || code === 535
}

function readAddress(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? ''
}
