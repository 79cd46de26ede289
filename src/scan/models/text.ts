import { callFunctionLike } from '../interpret/call.ts'
import type { Machine } from '../interpret/machine.ts'
import {
  array,
  knownString,
  type LiteralValue,
  literal,
  native,
  operation,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import type { ts } from '../syntax/syntax.ts'

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
  'charCodeAt',
  'codePointAt',
  'lastIndexOf',
  'substr',
  'toPrecision',
])

/** Members of known strings and numbers: computed by the language itself when the arguments are known. */
export function textMember(machine: Machine, owner: LiteralValue, name: string): Value | null {
  if (typeof owner.value === 'string' && name === 'length') return literal(owner.value.length)
  if (typeof owner.value === 'string' && /^\d+$/.test(name)) return literal(owner.value[Number(name)])
  if (name === 'match') return native(name, ([pattern]) => matchText(owner, pattern ?? UNDEFINED))
  if (!STRING_METHODS.has(name))
    return isMethod(owner, name) ? native(name, (args) => operation(name, owner, ...args)) : null
  return native(name, (args, node) => {
    const replaced = /^replace/.test(name) ? replaceEach(machine, owner, { name, args, node }) : null
    if (replaced) return replaced
    const method: unknown = Reflect.get(Object(owner.value), name)
    const known = args.flatMap((arg) => knownArgument(arg) ?? [])
    if (typeof method !== 'function' || known.length < args.length || isHuge(name, known))
      return operation(name, owner, ...args)
    try {
      return wrap(
        Reflect.apply(
          method,
          owner.value,
          known.map(({ value }) => value),
        ),
      )
    } catch {
      // The language refuses the arguments, e.g. `'a'.repeat(-1)`.
      return operation(name, owner, ...args)
    }
  })
}

interface Replacement {
  readonly name: string
  readonly args: readonly Value[]
  readonly node: ts.Node
}

/** `text.replace(pattern, (match, ...groups) => ...)`: what stands for each match is what the function makes of it. */
function replaceEach(machine: Machine, owner: LiteralValue, { name, args, node }: Replacement): Value | null {
  const [wanted = UNDEFINED, callee] = args
  const text = knownString(owner)
  const pattern = knownString(wanted) ?? knownPattern(wanted)
  if (text === null || text.length > LONGEST || !pattern || callee?.kind !== 'function') return null
  const parts: Value[] = []
  let end = 0
  for (const match of matchesIn(text, pattern, name)) {
    const groups = match.map((group) => literal(group))
    parts.push(literal(text.slice(end, match.index)))
    parts.push(callFunctionLike(machine, { callee, self: null, args: [...groups, literal(match.index), owner], node }))
    end = match.index + match[0].length
  }
  parts.push(literal(text.slice(end)))
  const isKnown = parts.every((part) => part.kind === 'literal')
  return isKnown
    ? literal(parts.map((part) => (part.kind === 'literal' ? String(part.value) : '')).join(''))
    : operation('concat', ...parts)
}

function matchesIn(text: string, pattern: string | RegExp, name: string): RegExpExecArray[] {
  const regex = typeof pattern === 'string' ? new RegExp(pattern.replace(/[$()*+./?[\\\]^{|}-]/g, '\\$&')) : pattern
  const flags = regex.flags.includes('g') ? regex.flags : `${regex.flags}g`
  const found = [...text.matchAll(new RegExp(regex, flags))]
  return name === 'replaceAll' || regex.flags.includes('g') ? found : found.slice(0, 1)
}

/** Whether the language has such a method for the value: its result depends on place and time, or is seldom asked for. */
function isMethod({ value }: LiteralValue, name: string): boolean {
  return name === 'test' || (name !== 'constructor' && typeof Reflect.get(Object(value), name) === 'function')
}

function isHuge(name: string, [count]: readonly { readonly value: unknown }[]): boolean {
  return /^(?:repeat|padStart|padEnd)$/.test(name) && !(Number(count?.value ?? 0) <= LONGEST)
}

function knownArgument(arg: Value): { readonly value: unknown } | null {
  if (arg.kind === 'literal') return { value: arg.value }
  const pattern = knownPattern(arg)
  return pattern && { value: pattern }
}

/** Such a text is matched in no time whatever the pattern, if no group of it is repeated. */
const LONGEST = 200

/** The regular expression that a value certainly is; null for one that could take long. */
function knownPattern(value: Value): RegExp | null {
  const isPattern = value.kind === 'object' && value.type?.kind === 'builtin' && value.type.name === 'RegExp'
  const source = isPattern ? knownString(value.fields.get('source')) : null
  if (source === null || source.length > LONGEST || /\)[*+{]/.test(source)) return null
  const [, body = source, flags = ''] = source.match(/^\/(.*)\/([a-z]*)$/s) ?? []
  try {
    return new RegExp(body, flags)
  } catch {
    return null
  }
}

function matchText(text: Value, pattern: Value): Value {
  const [known, regex] = [knownString(text), knownPattern(pattern)]
  if (known === null || known.length > LONGEST || !regex) return operation('match', text, pattern)
  const found = known.match(regex)
  return found ? array(found.map((part) => literal(part))) : literal(null)
}

/** What `pattern.exec(text)` gives; a pattern that goes on where it stopped gives something else each time. */
export function execPattern(pattern: Value, text: Value): Value {
  const flags = knownPattern(pattern)?.flags
  return flags && /[gy]/.test(flags) ? operation('exec', pattern, text) : matchText(text, pattern)
}

/** What `pattern.test(text)` gives; null when only a run knows. */
export function testPattern(pattern: Value, text: Value | undefined): Value | null {
  const [known, regex] = [knownString(text), knownPattern(pattern)]
  return known === null || known.length > LONGEST || !regex ? null : literal(regex.test(known))
}

function wrap(value: unknown): Value {
  if (Array.isArray(value)) return array(value.map(wrap))
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return literal(value)
  return literal(undefined)
}
