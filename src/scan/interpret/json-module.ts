import type { Machine } from './machine.ts'
import { array, literal, object, UNDEFINED, type Value } from './values.ts'

/** What a JSON file holds, as far as it is small enough to be of use. */
export function jsonModule(machine: Machine, file: string, name: string): Value {
  const whole = readJson(machine.files.disk.read(file) ?? '')
  if (name === 'default' || name === '*') return whole
  return whole.kind === 'object' ? (whole.fields.get(name) ?? UNDEFINED) : UNDEFINED
}

function readJson(text: string): Value {
  if (text.length > 200_000) return object([], { open: true })
  try {
    return fromJson(JSON.parse(text))
  } catch {
    return object([], { open: true })
  }
}

function fromJson(value: unknown): Value {
  if (Array.isArray(value)) return array(value.map(fromJson))
  if (typeof value === 'object' && value !== null)
    return object(Object.entries(value).map(([key, field]): [string, Value] => [key, fromJson(field)]))
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? literal(value)
    : literal(null)
}
