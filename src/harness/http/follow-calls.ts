import { randomUUID } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import http, { type IncomingHttpHeaders, OutgoingMessage } from 'node:http'
import { isRedirected } from '../guard/choose-way.ts'
import type { HarnessState } from '../state.ts'
import { type Actor, type Boundary, type Departure, findActor } from './boundary.ts'
import { labelOf } from './connection-target.ts'
import { normaliseOrigin } from './origin.ts'

/** Says to the stub server which test a call belongs to; nobody else gets to see it. */
const CALL_HEADER = 'x-itest-call'

/**
 * Marks every outgoing call with the test that made it. A connection can't tell, since clients use them again, and
 * neither can time: a promise that the app does not wait for calls when the next test runs.
 */
export function followCalls(state: HarnessState): void {
  followFetch(state)
  followHttp(state)
}

/** Takes the mark off a call and says who made it. */
export function readMark({ departed, current }: Boundary, headers: IncomingHttpHeaders): Actor {
  const found = headers[CALL_HEADER]
  delete headers[CALL_HEADER]
  const departure = departed.get(String(found))
  departed.delete(String(found))
  return departure ?? { traffic: current, isOfRequest: false }
}

function mark(boundary: Boundary): { text: string; departure: Departure } {
  const text = randomUUID()
  const departure = { ...findActor(boundary), isEnded: false }
  boundary.departed.set(text, departure)
  return { text, departure }
}

/** Node's own fetch, and every copy of undici, announce their requests before they send them. */
function followFetch(state: HarnessState): void {
  const marked = new WeakMap<object, Departure>()
  diagnostics.subscribe('undici:client:beforeConnect', (message) => {
    announce(state, readObject(message, 'connectParams'))
  })
  diagnostics.subscribe('undici:request:create', (message) => {
    const request = readObject(message, 'request')
    if (request === null) return
    const addHeader: unknown = Reflect.get(request, 'addHeader')
    const origin = readOrigin(Reflect.get(request, 'origin'))
    if (typeof addHeader !== 'function' || origin === null || !isRedirected(state, origin)) return
    const { text, departure } = mark(state.boundary)
    marked.set(request, departure)
    Reflect.apply(addHeader, request, [CALL_HEADER, text])
  })
  diagnostics.subscribe('undici:request:error', (message) => {
    const departure = marked.get(readObject(message, 'request') ?? {})
    if (departure) departure.isEnded = true
  })
}

/** The connection itself does not show what it is for. */
function announce({ boundary }: HarnessState, target: object | null): void {
  if (target === null) return
  const read = (name: string): unknown => Reflect.get(target, name)
  const port = Number(read('port')) || (read('protocol') === 'https:' ? 443 : 80)
  boundary.announced.add(labelOf({ host: String(read('hostname')), port }))
}

function readObject(value: unknown, name: string): object | null {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null
  return typeof found === 'object' ? found : null
}

/** All headers of a request of node:http and node:https pass here once, however they were given. */
function followHttp(state: HarnessState): void {
  const store: unknown = Reflect.get(OutgoingMessage.prototype, '_storeHeader')
  if (typeof store !== 'function') return
  Reflect.set(
    OutgoingMessage.prototype,
    '_storeHeader',
    function storeMarked(this: OutgoingMessage, ...args: unknown[]) {
      const result = Reflect.apply(store, this, args)
      const head: unknown = Reflect.get(this, '_header')
      if (!(this instanceof http.ClientRequest) || typeof head !== 'string') return result
      const host = /\r\nhost: *([^\r]+)/i.exec(head)?.[1]
      const origin = readOrigin(`${this.protocol}//${host ?? this.host}`)
      if (origin === null || !isRedirected(state, origin)) return result
      const { text, departure } = mark(state.boundary)
      this.once('close', () => {
        departure.isEnded = true
      })
      Reflect.set(this, '_header', `${head.slice(0, -2)}${CALL_HEADER}: ${text}\r\n\r\n`)
      return result
    },
  )
}

function readOrigin(value: unknown): string | null {
  try {
    return normaliseOrigin(String(value))
  } catch {
    return null
  }
}
