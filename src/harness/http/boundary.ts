import { AsyncLocalStorage } from 'node:async_hooks'
import type { Server } from 'node:http'
import type { Server as NetServer, Socket } from 'node:net'
import type { Mail, MailAnswer } from './mail-types.ts'
import type { RecordedCall, StubRule } from './stub-types.ts'

/** What one test sends out, and what answers it. */
export interface Traffic {
  readonly test: string
  /** `settling`: what hangs is being cut, and calls that follow from that belong to nobody. */
  phase: 'running' | 'settling' | 'over'
  readonly rules: StubRule[]
  readonly calls: RecordedCall[]
  /** e.g. `POST https://api.example.com/v1/charges`. */
  readonly unstubbed: string[]
  /** e.g. `127.0.0.1:6379`. */
  readonly blocked: Set<string>
  /** What handlers of stubs threw. */
  readonly thrown: unknown[]
  readonly mails: Mail[]
  mailAnswer: MailAnswer
}

/** Who does something. */
export interface Actor {
  readonly traffic: Traffic
  /** A request to the app, or what that started; else the test itself or a timer of the app. */
  readonly isOfRequest: boolean
}

/** A call on its way to the stub server. */
export interface Departure extends Actor {
  /** The client ended it, so it may never arrive. */
  isEnded: boolean
}

/** Everything between this process and the world. */
export interface Boundary {
  stubServer: Server | null
  mailServer: NetServer | null
  /** Servers that this process listens on; only they and the database can be reached. */
  readonly ownServers: Set<NetServer>
  /** The ports that they asked for, and those that they got. */
  readonly movedPorts: Map<number, number>
  /** Where each redirected connection was meant to go, by its local port: an origin, or `smtp:host:port`. */
  readonly destinations: Map<number, string>
  /** Connections whose destination is known before they connect, or that are already redirected. */
  readonly redirected: WeakMap<Socket, string>
  /** Placeholder addresses that look-ups gave out, and the host each stands for. */
  readonly placeholders: Map<string, string>
  /** Hosts and ports that HTTP clients said they would connect to: `users:4000`. */
  readonly announced: Set<string>
  /** As given to `stub`, `*` included. */
  readonly stubOrigins: Set<string>
  readonly hanging: Set<Socket>
  /** Connections over which a mail is being sent. */
  readonly mailing: Set<Socket>
  /** The test that a request to the app, and all that it started, belongs to. */
  readonly context: AsyncLocalStorage<Traffic>
  /** By the mark that the call carries. */
  readonly departed: Map<string, Departure>
  current: Traffic
  /** What happened outside, made by a test that was over: `POST https://... (by "title")`. */
  late: string[]
}

export function createBoundary(): Boundary {
  return {
    stubServer: null,
    mailServer: null,
    ownServers: new Set(),
    movedPorts: new Map(),
    destinations: new Map(),
    redirected: new WeakMap(),
    placeholders: new Map(),
    announced: new Set(),
    stubOrigins: new Set(),
    hanging: new Set(),
    mailing: new Set(),
    context: new AsyncLocalStorage(),
    departed: new Map(),
    current: createTraffic('before the first test'),
    late: [],
  }
}

/** Nothing is stubbed, nothing was called. What the app tried while it was imported counts for the first test. */
export function beginTraffic(boundary: Boundary, test: string): void {
  const before = boundary.current
  boundary.current = createTraffic(test)
  if (before.phase !== 'running') return
  boundary.current.unstubbed.push(...before.unstubbed)
  for (const what of before.blocked) boundary.current.blocked.add(what)
}

/** Who acts now: the request that started it says which test that is, else it is the test that runs. */
export function findActor(boundary: Boundary): Actor {
  const traffic = boundary.context.getStore()
  return { traffic: traffic ?? boundary.current, isOfRequest: traffic !== undefined }
}

/** Notes a refused attempt, e.g. `127.0.0.1:6379`. */
export function noteBlocked(boundary: Boundary, what: string): void {
  const { traffic, isOfRequest } = findActor(boundary)
  if (traffic.phase === 'running') traffic.blocked.add(what)
  else if (traffic.phase === 'over' && isOfRequest) noteLate(boundary, traffic, what)
}

export function noteLate(boundary: Boundary, traffic: Traffic, what: string): void {
  boundary.late.push(`${what} (by "${traffic.test}")`)
}

function createTraffic(test: string): Traffic {
  return {
    test,
    phase: 'running',
    rules: [],
    calls: [],
    unstubbed: [],
    blocked: new Set(),
    thrown: [],
    mails: [],
    mailAnswer: { kind: 'accept' },
  }
}
