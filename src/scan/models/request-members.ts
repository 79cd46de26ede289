import { IncomingMessage } from 'node:http'
import { type Machine, setField } from '../interpret/machine.ts'
import { literal, object, type PackageValue, type RequestValue, type Value } from '../interpret/values.ts'
import { classifyCall } from './package-effects.ts'
import { memberNames } from './packages.ts'

/**
 * A request has what Express gives it and what somebody put there. Marks among its own fields keep whether all who had
 * it so far are known: where they are, what nobody put there is not there.
 */
const WATCHED = '#watched'
const HANDED_OUT = '#handed out'
/** A package had it that keeps to itself as far as is known, e.g. a logger. */
const LENT = '#lent'
const PUT = '#put'

/** What Node and Express give every request, whoever writes to it besides: `req.query = schema.parse(req.query)`. */
export const GIVEN: ReadonlySet<string> = new Set(
  'aborted app baseUrl client complete connection destroyed errored fresh headers headersDistinct host hostname httpVersion httpVersionMajor httpVersionMinor ip ips joinDuplicateHeaders method next originalUrl params path protocol query rawHeaders rawTrailers res route secure socket stale statusCode statusMessage subdomains trailers upgrade url xhr'.split(
    ' ',
  ),
)

/** What the request object inherits. */
const METHODS = new Set(
  'accepts acceptsCharsets acceptsEncodings acceptsLanguages get header is param range'.split(' '),
)

/** What middleware of packages puts on a request; whether it has run is not known of all of them. */
export const SET_BY_PACKAGES: ReadonlySet<string> = new Set(
  'user session auth account id log file files rawBody ip ips locals token jwt payload claims oidc csrfToken flash login logout isAuthenticated isUnauthenticated t i18n language useragent fingerprint rateLimit transaction sessionID cookies signedCookies secret validated'.split(
    ' ',
  ),
)

/** Starts to watch a request on its way through a whole app. */
export function watchRequest(machine: Machine, { fields }: RequestValue): void {
  if (!machine.isAppHandedOut) fields.set(WATCHED, literal(true))
}

/** Whether a request without a body has none: its parsers have run, and left the member as it was. */
export function isUnsent({ noBody }: Machine, { fields }: RequestValue, name: string): boolean {
  return noBody !== null && name === 'body' && fields.has(`${PUT} body`)
}

/** Whether nobody put the member there: the body, what the project writes elsewhere, or what nobody ever writes. */
export function isAbsent(machine: Machine, { fields }: RequestValue, name: string): boolean {
  if (!fields.has(WATCHED) || fields.has(HANDED_OUT) || fields.has(`${PUT} ${name}`)) return false
  if (name === 'body' || machine.requestMembers.has(name)) return true
  return !fields.has(LENT) && !GIVEN.has(name) && !SET_BY_PACKAGES.has(name) && !isInherited(name)
}

function isInherited(name: string): boolean {
  return METHODS.has(name) || name in IncomingMessage.prototype || /^[_#]/.test(name)
}

/** Notes that code which analysis does not see has the request, or, while the app is made, the app. */
export function noteGiven(machine: Machine, taker: Value, args: readonly Value[]): void {
  for (const arg of args) {
    for (const one of arg.kind === 'object' ? arg.fields.values() : [arg]) {
      if (one.kind === 'request') noteTaker(machine, one, taker)
      if (one.kind === 'router' && !machine.run) machine.isAppHandedOut ||= !leavesApp(taker)
    }
  }
}

/** The same for somebody who certainly has the request. */
export function noteTaker(machine: Machine, request: RequestValue, taker: Value): void {
  const names = taker.kind === 'package' ? putBy(taker) : null
  for (const mark of names?.map((name) => (name === LENT ? LENT : `${PUT} ${name}`)) ?? [HANDED_OUT])
    setField(machine, request.fields, mark, literal(true))
  if (machine.noBody && makesBody(machine, taker)) setField(machine, request.fields, 'body', object([]))
}

/** body-parser left `req.body` as it was from version 2 on, which came with Express 5. */
function makesBody({ files }: Machine, taker: Value): boolean {
  if (taker.kind !== 'package' || taker.module !== 'body-parser') return false
  return /^\D*[01]\./.test(files.versionOf('body-parser', files.root) ?? '')
}

/** What middleware of well-known packages puts on requests; null where that is not known. */
function putBy(taker: PackageValue): readonly string[] | null {
  if (taker.module === 'express') return READERS.test(memberNames(taker).at(-1) ?? '') ? ['body'] : []
  const known = PUTS.find(({ module }) => module.test(taker.module))
  if (known) return known.names
  return classifyCall(taker.module, '') === 'harmless' ? [LENT] : null
}

const READERS = /^(?:json|urlencoded|text|raw|bodyParser)$/

const PUTS: readonly { readonly module: RegExp; readonly names: readonly string[] }[] = [
  { module: /^body-parser$/, names: ['body'] },
  { module: /^cookie-parser$/, names: ['cookies'] },
  { module: /^(?:multer|express-fileupload)$/, names: ['body', 'file', 'files'] },
  { module: /^(?:express|cookie)-session$/, names: ['session', 'sessionID'] },
  { module: /^passport/, names: ['user', 'session', 'auth', 'account', 'login', 'logout'] },
  {
    module:
      /^(?:cors|helmet|compression|morgan|hpp|response-time|serve-static|swagger-ui-express|express-rate-limit|express-slow-down|csurf|nocache|express-async-errors)$/,
    names: [],
  },
]

/** Packages that run an app, look at it or report on it, and register nothing that touches its requests. */
export const TAKING_APPS =
  /^(?:https?|http2|spdy|serverless-http|@vendia\/serverless-express|aws-serverless-express|supertest|chai|@sentry\/.*|express-list-endpoints|express-ws|socket\.io|http-terminator|http-shutdown|stoppable|@godaddy\/terminus|lightship|firebase-functions.*|@google-cloud\/functions-framework|vitest|jest|express-async-errors)(?:\/|$)/

function leavesApp(taker: Value): boolean {
  return taker.kind === 'package' && (taker.module === 'express' || TAKING_APPS.test(taker.module))
}
