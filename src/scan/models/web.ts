import { shownFields } from '../interpret/express-value.ts'
import { type Machine, setField } from '../interpret/machine.ts'
import {
  array,
  knownString,
  literal,
  native,
  type ObjectValue,
  object,
  operation,
  symbol,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'

import type { Expression } from '../types.ts'

/** `new Headers(...)`: names in lower case, as the class keeps them. */
export function createHeaders(given: Value | undefined): ObjectValue {
  const pairs =
    given?.kind === 'array' ? given.items.flatMap(pairOf) : given?.kind === 'object' ? shownFields(given) : []
  const unread: [string, Value][] = given?.kind === 'symbol' ? [['...given', given]] : []
  const fields = [...unread, ...pairs.map(([name, value]) => [name.toLowerCase(), value] as const)]
  return object(fields, { open: given?.kind === 'object' && given.open, type: { kind: 'builtin', name: 'Headers' } })
}

function pairOf(item: Value): (readonly [string, Value])[] {
  const [name, value] = item.kind === 'array' ? item.items : []
  return name?.kind === 'literal' && value ? [[String(name.value), value]] : []
}

/** `new Request(url or request, init)`: what `fetch` makes of both. */
export function createRequest(target: Value | undefined, init: Value | undefined): ObjectValue {
  const before = isRequest(target) ? [...target.fields] : [['url', textOfUrl(target ?? UNDEFINED)] as const]
  const options = init?.kind === 'object' ? shownFields(init) : []
  const unread: [string, Value][] = init?.kind === 'symbol' ? [['...init', init]] : []
  return object([...before, ...unread, ...options], { open: true, type: { kind: 'builtin', name: 'Request' } })
}

export function isRequest(value: Value | undefined): value is ObjectValue {
  return value?.kind === 'object' && value.type?.kind === 'builtin' && value.type.name === 'Request'
}

/** The text that a URL object stands for. */
export function textOfUrl(url: Value): Value {
  if (url.kind === 'object') return url.fields.get('href') ?? url
  if (url.kind !== 'symbol' || url.expression.kind !== 'operation') return url
  const { name, operands } = url.expression
  const [first, second] = operands
  if ((name === 'toString' || name === 'String') && first) return isUrl(first) ? textOfUrl(symbol(first)) : url
  const isHref = name === 'member' && second?.kind === 'literal' && second.value === 'href'
  if (isHref && first) return isUrl(first) ? textOfUrl(symbol(first)) : url
  if (name !== 'URL' || !first) return url
  return second && second.kind !== 'undefined' ? url : symbol(first)
}

function isUrl(expression: Expression): boolean {
  return expression.kind === 'operation' && expression.name === 'URL'
}

/** Members of Headers; null for any other object. */
export function headersMember(machine: Machine, owner: ObjectValue, name: string): Value | null {
  if (owner.type?.kind !== 'builtin' || owner.type.name !== 'Headers') return null
  const unread = owner.open || [...owner.fields.keys()].some((key) => key.startsWith('...'))
  const named = (key: Value | undefined): string => (knownString(key) ?? '...unknown').toLowerCase()
  switch (name) {
    case 'set':
    case 'append':
      return native(name, ([key, value]) => {
        setField(machine, owner.fields, named(key), value ?? UNDEFINED)
        return UNDEFINED
      })
    case 'delete':
      return native(name, ([key]) => {
        setField(machine, owner.fields, named(key), UNDEFINED)
        return UNDEFINED
      })
    case 'get':
      return native(name, ([key]) => {
        const missing = unread ? operation('header', key ?? UNDEFINED) : literal(null)
        return owner.fields.get(named(key)) ?? missing
      })
    case 'has':
      return native(name, ([key]) => {
        const isThere = owner.fields.has(named(key))
        return isThere || !unread ? literal(isThere) : operation('has', key ?? UNDEFINED)
      })
    case 'entries':
      return native(name, () =>
        array(
          shownFields(owner).map(([key, value]) => array([literal(key), value])),
          unread,
        ),
      )
    default:
      return null
  }
}
