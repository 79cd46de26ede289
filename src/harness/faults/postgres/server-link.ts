import type net from 'node:net'
import { createFrameReader, FLUSH, listFrames, typeOf } from './frames.ts'
import { isSignInRequest, type SignIn } from './sign-in.ts'

/** A connection to the server, as the session of one app connection sees it. */
export interface ServerLink {
  readonly socket: net.Socket
  readonly signIn: SignIn
  /** `I`: idle, `T`: in a transaction, `E`: in one that has failed. */
  status: string
  /** The types of the frames that the server has yet to answer, oldest first. */
  pending: string[]
  /** After an error the server passes over everything up to the next Sync. */
  skipping: boolean
  /** Its process id and secret, with which a statement can be cancelled. */
  key: Buffer | null
  /** Gets the frames instead of the app, as long as it is set. */
  intercept: ((frame: Buffer) => void) | null
  /** To be called when nothing is pending any more, or the connection is gone. */
  waiting: (() => void) | null
}

/** Relays what the server says to `relay`, and keeps count of what it has answered. */
export function openLink(
  { socket, signIn }: Pick<ServerLink, 'socket' | 'signIn'>,
  relay: (frames: Buffer) => void,
): ServerLink {
  const reader = createFrameReader()
  const link: ServerLink = {
    socket,
    signIn,
    status: 'I',
    pending: ['startup'],
    skipping: false,
    key: null,
    intercept: null,
    waiting: null,
  }
  socket.on('data', (chunk) => {
    const frames = reader.push(chunk)
    receive(link, frames, relay)
  })
  socket.on('close', () => {
    link.pending = []
    wake(link)
  })
  return link
}

// What the server says at any time, to nobody's question: notices, notifications, parameters.
const UNASKED = new Set(['N', 'A', 'S'])

function receive(link: ServerLink, frames: Buffer, relay: (frames: Buffer) => void): void {
  let from = 0
  let at = 0
  for (const frame of listFrames(frames)) {
    const type = typeOf(frame)
    if (type === 'Z') link.status = String.fromCharCode(frame[5] ?? 0)
    const isForUs = type === 'R' ? isSignInRequest(frame) : link.intercept !== null && !UNASKED.has(type)
    if (isForUs) {
      if (at > from) relay(frames.subarray(from, at))
      take(link, type, frame)
      from = at + frame.length
    } else note(link, type, frame)
    at += frame.length
  }
  if (at > from) relay(frames.subarray(from, at))
  if (link.pending.length === 0) wake(link)
}

function take(link: ServerLink, type: string, frame: Buffer): void {
  if (type !== 'R') return link.intercept?.(frame)
  const answer = link.signIn(frame)
  if (answer) link.socket.write(answer)
}

function wake(link: ServerLink): void {
  const { waiting } = link
  link.waiting = null
  waiting?.()
}

// The frame of the app that each answer completes.
const ANSWERS: Readonly<Record<string, string>> = { 1: 'P', 2: 'B', 3: 'C', T: 'D', n: 'D', C: 'E', I: 'E', s: 'E' }
const BOUNDARIES = new Set(['startup', 'Q', 'F', 'S'])

function note(link: ServerLink, type: string, frame: Buffer): void {
  const { pending } = link
  if (type === 'K') link.key = Buffer.from(frame.subarray(5))
  else if (type === 'Z') {
    pending.splice(0, pending.findIndex((sent) => BOUNDARIES.has(sent)) + 1)
  } else if (type === 'E') {
    const boundary = pending.findIndex((sent) => BOUNDARIES.has(sent))
    link.skipping = boundary === -1
    pending.splice(0, boundary === -1 ? pending.length : boundary)
  } else if (pending[0] !== undefined && pending[0] === ANSWERS[type]) pending.shift()
}

const ANSWERED = new Set(['P', 'B', 'D', 'E', 'C', ...BOUNDARIES])

/** To be called with the type of each frame that goes from the app to the server. */
export function noteSent(link: ServerLink, type: string): void {
  if (link.skipping && type !== 'S') return
  if (type === 'S') link.skipping = false
  if (ANSWERED.has(type)) link.pending.push(type)
}

/** Waits until the server has answered all that it got so far. */
export async function settle(link: ServerLink): Promise<void> {
  if (link.pending.length === 0 || link.socket.destroyed) return
  link.socket.write(FLUSH)
  await new Promise<void>((resolve) => {
    link.waiting = resolve
  })
}

/** Sends frames of our own and returns the answers up to the last one; fewer when the server is gone. */
export async function ask(
  link: ServerLink,
  frames: Buffer,
  isLast: (answers: readonly Buffer[]) => boolean,
): Promise<readonly Buffer[]> {
  const answers: Buffer[] = []
  if (link.socket.destroyed) return answers
  await new Promise<void>((resolve) => {
    const end = () => {
      link.intercept = null
      link.socket.off('close', end)
      resolve()
    }
    link.intercept = (frame) => {
      answers.push(frame)
      if (isLast(answers)) end()
    }
    link.socket.on('close', end)
    link.socket.write(frames)
  })
  return answers
}
