import { express } from './express-value.ts'
import { DEPTH_LIMIT } from './machine.ts'
import { type ClassValue, literal, object, symbol, type Value } from './values.ts'

/** Where an error was made, as text that only a run knows. */
export const STACK = symbol({ kind: 'operation', name: 'error stack', operands: [] })

export function makeError(name: string, message: Value, extra: Iterable<readonly [string, Value]> = []): Value {
  const fields = [['name', literal(name)], ['message', message], ['stack', STACK], ...extra] as const
  const error = object(fields, { type: { kind: 'builtin', name } })
  for (const hidden of ['name', 'message', 'stack', 'cause']) error.hidden.add(hidden)
  return error
}

/** The parts of what an error gives as text, e.g. in a template: its name and its message; null for what is no error. */
export function errorText(value: Value): readonly Value[] | null {
  if (value.kind !== 'object' || !value.hidden.has('message')) return null
  const [name, message] = [value.fields.get('name'), value.fields.get('message')]
  if (!name || !message) return null
  if (message.kind === 'literal' && !message.value) return [name]
  return [name, literal(': '), message]
}

export function className(value: Value): string {
  if (value.kind !== 'object' || !value.type) return 'unknown error'
  return value.type.name
}

/** Every class from the value's own up to the last that the project defines, then the built-in it extends. */
export function classChain(
  value: Value,
): (ClassValue | { readonly kind: 'builtin' | 'package'; readonly name: string })[] {
  if (value.kind !== 'object' || !value.type) return []
  if (value.type.kind === 'builtin') return [value.type]
  const chain: (ClassValue | { readonly kind: 'builtin' | 'package'; readonly name: string })[] = []
  let current: Value | null = value.type
  while (current && chain.length < DEPTH_LIMIT) {
    if (current.kind === 'class') {
      chain.push(current)
      current = current.base
    } else {
      if (current.kind === 'native') chain.push({ kind: 'builtin', name: current.name })
      if (current.kind === 'package') chain.push({ kind: 'package', name: JSON.stringify(express(current)) })
      current = null
    }
  }
  return chain
}
