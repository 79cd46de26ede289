import type net from 'node:net'
import { type Credentials, createAuthentication, isLetIn } from './authenticate.ts'
import { createFrameReader, FLUSH, listFrames, typeOf } from './frames.ts'

/** A connection to the server, as the session of one app connection sees it. */
export interface ServerLink {
  readonly socket: net.Socket
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
  /** Resolves when the server has let us in, or the connection is gone. */
  readonly entered: Promise<void>
}

/**
 * Relays what the server says on the socket to `relay`, and keeps count of what it has answered. Who we are, it is told
 * here.
 */
export function openLink(socket: net.Socket, credentials: Credentials, relay: (frames: Buffer) => void): ServerLink {
  const reader = createFrameReader()
  const authenticate = createAuthentication(credentials)
  let enter = (): void => {}
  const entered = new Promise<void>((resolve) => {
    enter = resolve
  })
  const link: ServerLink = {
    socket,
    status: 'I',
    pending: ['startup'],
    skipping: false,
    key: null,
    intercept: null,
    waiting: null,
    entered,
  }
  socket.on('data', (chunk) => {
    const frames = reader.push(chunk)
    receive(link, frames, { relay, authenticate, enter })
  })
  socket.on('close', () => {
    enter()
    link.pending = []
    wake(link)
  })
  return link
}

const AUTHENTICATION = 'R'

// What the server says at any time, to nobody's question: notices, notifications, parameters.
const UNASKED = new Set(['N', 'A', 'S'])

interface Reception {
  readonly relay: (frames: Buffer) => void
  readonly authenticate: (question: Buffer) => Buffer | null
  readonly enter: () => void
}

function receive(link: ServerLink, frames: Buffer, { relay, authenticate, enter }: Reception): void {
  let from = 0
  let at = 0
  for (const frame of listFrames(frames)) {
    const type = typeOf(frame)
    if (type === AUTHENTICATION && !isLetIn(frame)) {
      const proof = authenticate(frame)
      // The side connection, which came first, has failed for it with a reason.
      if (proof === null) link.socket.destroy()
      else link.socket.write(proof)
      at += frame.length
      from = at
      continue
    }
    if (type === AUTHENTICATION) enter()
    if (type === 'Z') link.status = String.fromCharCode(frame[5] ?? 0)
    if (link.intercept === null || UNASKED.has(type)) note(link, type, frame)
    else {
      if (at > from) relay(frames.subarray(from, at))
      link.intercept(frame)
      from = at + frame.length
    }
    at += frame.length
  }
  if (at > from) relay(frames.subarray(from, at))
  if (link.pending.length === 0) wake(link)
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
