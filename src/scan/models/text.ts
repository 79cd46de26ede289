import type { Machine } from '../machine.ts'
import { array, type LiteralValue, literal, native, operation, type Value } from '../values.ts'

const STRING_METHODS = new Set([
  'toLowerCase',
  'toUpperCase',
  'trim',
  'trimStart',
  'trimEnd',
  'startsWith',
  'endsWith',
  'includes',
  'slice',
  'substring',
  'replace',
  'replaceAll',
  'padStart',
  'padEnd',
  'repeat',
  'concat',
  'charAt',
  'indexOf',
  'toString',
  'toFixed',
  'split',
  'at',
  'normalize',
  'localeCompare',
])

/** Members of known strings and numbers: computed by the language itself when the arguments are known. */
export function textMember(_machine: Machine, owner: LiteralValue, name: string): Value | null {
  if (typeof owner.value === 'string' && name === 'length') return literal(owner.value.length)
  if (typeof owner.value === 'string' && /^\d+$/.test(name)) return literal(owner.value[Number(name)])
  if (!STRING_METHODS.has(name))
    return name === 'match' || name === 'test' ? native(name, (args) => operation(name, owner, ...args)) : null
  return native(name, (args) => {
    const method: unknown = Reflect.get(Object(owner.value), name)
    const known = args.map((arg) => (arg.kind === 'literal' ? arg.value : Number.NaN))
    if (typeof method !== 'function' || args.some((arg) => arg.kind !== 'literal'))
      return operation(name, owner, ...args)
    return wrap(Reflect.apply(method, owner.value, known))
  })
}

function wrap(value: unknown): Value {
  if (Array.isArray(value)) return array(value.map(wrap))
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return literal(value)
  return literal(undefined)
}
