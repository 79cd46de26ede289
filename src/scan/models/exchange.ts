import { callFunctionLike } from '../interpret/call.ts'
import { makeError } from '../interpret/error-values.ts'
import { express } from '../interpret/express-value.ts'
import { noteInputRead } from '../interpret/input-reads.ts'
import { type Machine, setField } from '../interpret/machine.ts'
import { makeNothing, NO_BODY } from '../interpret/nothing.ts'
import { Thrown } from '../interpret/stops.ts'
import { hasResponded, nextEvent, record } from '../interpret/trace-events.ts'
import {
  knownString,
  literal,
  native,
  object,
  operation,
  type RequestValue,
  type ResponseValue,
  symbol,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import { locate, type ts } from '../syntax/syntax.ts'
import type { InputSource, TraceEvent } from '../types.ts'
import { isBodiless, isData, statusText } from './answer-body.ts'
import { noteWho } from './guards/passport-session.ts'
import { changeHeaders, describeHeaders, isHeaderMethod } from './headers.ts'
import { isAbsent, isUnsent, SET_BY_PACKAGES } from './request-members.ts'

const INPUTS = new Map<string, InputSource>([
  ['body', 'body'],
  ['query', 'query'],
  ['params', 'params'],
  ['headers', 'headers'],
  ['cookies', 'cookies'],
  ['signedCookies', 'cookies'],
])
const READING = new Set(['get', 'getHeader', 'getHeaders', 'hasHeader'])

/** The request and the response of one exchange; the app is what `req.app` gives. */
export function createExchange(method: string, app?: Value): { request: RequestValue; response: ResponseValue } {
  const shared: [string, Value][] = app ? [['app', app]] : []
  const known: [string, Value][] = method === 'ALL' ? [] : [['method', literal(method)]]
  return {
    request: { kind: 'request', fields: new Map([...shared, ...known]) },
    response: { kind: 'response', fields: new Map(shared) },
  }
}

export function requestMember(machine: Machine, owner: RequestValue, name: string): Value {
  const own = owner.fields.get(name)
  noteWho(machine, owner.fields, name)
  if (own) return own
  if (isUnsent(machine, owner, name)) return NO_BODY
  if (isAbsent(machine, owner, name)) return makeNothing(machine, undefined)
  const input = INPUTS.get(name)
  if (input) return symbol({ kind: 'input', from: input, path: [] })
  if (name === 'get' || name === 'header') {
    return native(name, ([header], node) => {
      const key = knownString(header)
      if (key === null) return operation('header', header ?? UNDEFINED)
      noteInputRead(machine, { from: 'headers', name: key, node })
      return symbol({ kind: 'input', from: 'headers', path: [key.toLowerCase()] })
    })
  }
  if (name === 'on' || name === 'once') return native(name, () => owner)
  if (name === 'route') return object([['path', operation('request.route.path')]], { open: true })
  if (name === 'socket' || name === 'app') return object([], { open: true })
  if (!SET_BY_PACKAGES.has(name) && machine.requestMembers.has(name)) return UNDEFINED
  return operation(`request.${name}`)
}

export function responseMember(machine: Machine, owner: ResponseValue, name: string): Value {
  // What the code puts in the place of a method stands for it: `res.json = function (body) { ... }`.
  const own = owner.fields.get(name)
  if (own) return own
  if (name === 'status' || name === 'writeHead') {
    return native(name, ([code, ...rest]) => {
      setField(machine, owner.fields, 'statusCode', code ?? UNDEFINED)
      if (name === 'writeHead') changeHeaders(machine, owner, 'set', rest.slice(-1))
      return owner
    })
  }
  const send = SENDERS[name]
  if (send) {
    return native(name, (args, node) => {
      send(machine, owner, args, node)
      return owner
    })
  }
  if (isHeaderMethod(name)) {
    return native(name, (args) => {
      changeHeaders(machine, owner, name, args)
      return owner
    })
  }
  if (name === 'on' || name === 'once')
    return native(name, ([, listener], node) => listenLater(machine, owner, listener, node))
  if (READING.has(name)) return native(name, ([header]) => operation('response header', header ?? UNDEFINED))
  if (name === 'headersSent' || name === 'writableEnded') return literal(hasResponded(machine))
  if (name === 'locals') {
    const locals = object([], { open: true })
    setField(machine, owner.fields, 'locals', locals)
    return locals
  }
  return name === 'statusCode' ? literal(200) : operation(`response.${name}`)
}

/** `res.on('finish', ...)` runs when the answer is out. */
function listenLater(machine: Machine, owner: ResponseValue, listener: Value | undefined, node: ts.Node): Value {
  if (listener)
    machine.run?.finish.push(() => callFunctionLike(machine, { callee: listener, self: null, args: [], node }))
  return owner
}

type Sender = (machine: Machine, owner: ResponseValue, args: readonly Value[], node: ts.Node) => void

const SENDERS: Readonly<Record<string, Sender>> = {
  json: sendJson,
  jsonp: sendJson,
  send: (machine, owner, [given], node) => {
    const isText = owner.fields.has(JSON_TEXT)
    const body = isText ? parsedText(given) : given
    respond(machine, {
      owner,
      status: readStatus(owner, 200),
      body: body ?? null,
      via: isData(body) || (isText && body !== given) ? 'json' : 'send',
      node,
    })
  },
  end: (machine, owner, [given], node) => {
    // `end(callback)` has no body.
    const body = given?.kind === 'function' ? null : (given ?? null)
    respond(machine, { owner, status: readStatus(owner, 200), body, via: 'end', node })
  },
  sendStatus: (machine, owner, [code], node) =>
    respond(machine, { owner, status: code ?? UNDEFINED, body: statusText(code), via: 'send', node }),
  redirect: (machine, owner, args, node) => {
    const [first, second] = args
    // Express 4 takes the status in the second place too.
    const isSecond = second?.kind === 'literal' && typeof second.value === 'number'
    const [code, address] = isSecond ? [second, first] : second ? [first, second] : [literal(302), first]
    changeHeaders(machine, owner, 'location', address ? [address] : [])
    respond(machine, { owner, status: code ?? literal(302), body: null, via: 'redirect', node })
  },
  write: (machine, owner, _args, node) => startStream(machine, owner, node),
  flushHeaders: (machine, owner, _args, node) => startStream(machine, owner, node),
  render: (machine, owner, args, node) => {
    // `render(view, locals, callback)` answers nothing by itself: the callback is given the text.
    const callback = args.find((arg) => arg.kind === 'function')
    const page = operation('render', ...args.filter((arg) => arg !== callback))
    if (callback) callFunctionLike(machine, { callee: callback, self: null, args: [literal(null), page], node })
    else respond(machine, { owner, status: readStatus(owner, 200), body: page, via: 'render', node })
  },
  sendFile,
  sendfile: sendFile,
  download: sendFile,
}

/** The bytes of a file, which may have another name for the client. */
function sendFile(machine: Machine, owner: ResponseValue, args: readonly Value[], node: ts.Node): void {
  const [file] = args
  const body = file ? operation('file', file) : null
  respond(machine, { owner, status: readStatus(owner, 200), body, via: 'send', node })
}

/** Set while a replaced `send` is given the text of `res.json(...)`. */
const JSON_TEXT = '#json'

/** `json` hands its text to `send`, which the code may have replaced: express/lib/response.js. */
function sendJson(machine: Machine, owner: ResponseValue, [body]: readonly Value[], node: ts.Node): void {
  const replaced = owner.fields.get('send')
  if (!replaced || hasResponded(machine) || owner.fields.has(JSON_TEXT))
    return respond(machine, { owner, status: readStatus(owner, 200), body: body ?? null, via: 'json', node })
  setField(machine, owner.fields, JSON_TEXT, literal(true))
  const args = [operation('JSON.stringify', body ?? UNDEFINED)]
  callFunctionLike(machine, { callee: replaced, self: owner, args, node })
}

function parsedText(text: Value | undefined): Value | undefined {
  const { name, operands } = text?.kind === 'symbol' && text.expression.kind === 'operation' ? text.expression : NONE
  const [value] = operands
  return name === 'JSON.stringify' && value ? symbol(value) : text
}

const NONE = { name: '', operands: [] } as const

function readStatus(owner: ResponseValue, fallback: number): Value {
  return owner.fields.get('statusCode') ?? literal(fallback)
}

type RespondEvent = Extract<TraceEvent, { kind: 'respond' }>

/** The first part of an answer fixes its status and headers; what is written after it changes neither. */
export function startStream(machine: Machine, owner: ResponseValue, node: ts.Node): void {
  respond(machine, { owner, status: readStatus(owner, 200), body: null, via: 'stream', node })
}

/** Ways to answer that set headers, which fails once the first answer is out. */
const THROWS_TWICE = new Set<RespondEvent['via']>(['json', 'send', 'redirect'])

interface Response {
  readonly owner: ResponseValue | null
  readonly status: Value
  readonly body: Value | null
  readonly via: RespondEvent['via']
  readonly node: ts.Node
}

/** Records the response. A second one does not reach the client, and throws where it sets headers. */
export function respond(machine: Machine, response: Response): void {
  if (hasResponded(machine)) {
    if (THROWS_TWICE.has(response.via)) throwHeadersSent(machine, response.node)
    return
  }
  record(machine, {
    ...describeHeaders(response.owner),
    kind: 'respond',
    id: nextEvent(machine),
    status: express(response.status),
    body: response.body && !isBodiless(response.status) ? express(response.body) : null,
    via: response.via,
    at: locate(machine.root, response.node),
  })
}

/** https://nodejs.org/api/errors.html#err_http_headers_sent */
function throwHeadersSent(machine: Machine, node: ts.Node): never {
  const error = 'ERR_HTTP_HEADERS_SENT'
  record(machine, { kind: 'throw', id: nextEvent(machine), error, rethrow: false, at: locate(machine.root, node) })
  const message = literal('Cannot set headers after they are sent to the client')
  throw new Thrown(makeError('Error', message, [['code', literal(error)]]))
}
