import { express } from '../interpret/express-value.ts'
import { type Machine, setField } from '../interpret/machine.ts'
import { knownString, literal, type ResponseValue, UNDEFINED, type Value } from '../interpret/values.ts'
import type { TraceEvent } from '../types.ts'

/** Methods of a response that set one header; the name that they stand for, empty when it is an argument. */
const SETTERS = new Map([
  ['set', ''],
  ['header', ''],
  ['setHeader', ''],
  ['append', ''],
  ['appendHeader', ''],
  ['type', 'content-type'],
  ['contentType', 'content-type'],
  ['vary', 'vary'],
  ['links', 'link'],
  ['location', 'location'],
  ['attachment', 'content-disposition'],
])
const OTHERS = new Set(['cookie', 'clearCookie', 'removeHeader'])

export function isHeaderMethod(name: string): boolean {
  return SETTERS.has(name) || OTHERS.has(name)
}

/** Keeps what `res.set(...)`, `res.cookie(...)` and the like put on the response. */
export function changeHeaders(machine: Machine, owner: ResponseValue, method: string, args: readonly Value[]): void {
  const [first, second] = args
  if (method === 'removeHeader')
    return put(machine, owner, `header ${(knownString(first) ?? '?').toLowerCase()}`, UNDEFINED)
  if (OTHERS.has(method)) {
    const action = method === 'cookie' && !isExpired(args[2]) ? 'set' : 'clear'
    return put(machine, owner, `cookie ${knownString(first) ?? '?'}`, literal(action))
  }
  const fixed = SETTERS.get(method)
  if (fixed) return put(machine, owner, `header ${fixed}`, first ?? UNDEFINED)
  if (first?.kind === 'object') {
    for (const [name, value] of first.fields) put(machine, owner, `header ${name.toLowerCase()}`, value)
  } else if (first) put(machine, owner, `header ${(knownString(first) ?? '?').toLowerCase()}`, second ?? UNDEFINED)
}

/** `res.cookie(name, '', { expires: new Date(0) })` takes a cookie away. */
function isExpired(options: Value | undefined): boolean {
  if (options?.kind !== 'object') return false
  const age = options.fields.get('maxAge')
  if (age) return age.kind === 'literal' && typeof age.value === 'number' && age.value <= 0
  const expires = express(options.fields.get('expires') ?? UNDEFINED)
  const [date] = expires.kind === 'operation' && /\bDate$/.test(expires.name) ? expires.operands : []
  if (date?.kind !== 'literal' || date.value === null || typeof date.value === 'boolean') return false
  return new Date(date.value).getTime() < LONG_PAST
}

/** A day after the first: whoever writes such a date means none. */
const LONG_PAST = 86_400_000

function put(machine: Machine, owner: ResponseValue, key: string, value: Value): void {
  setField(machine, owner.fields, key, value)
}

type RespondEvent = Extract<TraceEvent, { kind: 'respond' }>

/** Headers and cookies as they are when the response goes out. */
export function describeHeaders(owner: ResponseValue | null): Pick<RespondEvent, 'headers' | 'cookies'> {
  const fields = [...(owner?.fields ?? [])].filter(([, value]) => value !== UNDEFINED)
  const named = (prefix: string): [string, Value][] =>
    fields.flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : []))
  return {
    headers: Object.fromEntries(named('header ').map(([name, value]) => [name, express(value)])),
    cookies: named('cookie ').map(([name, value]) => ({
      name,
      action: knownString(value) === 'clear' ? ('clear' as const) : ('set' as const),
    })),
  }
}
