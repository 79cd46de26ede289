import type { Expression } from '../types.ts'
import { classifyCall } from './package-effects.ts'

/** Names that the language's texts share with objects of packages that do something. */
const AMBIGUOUS = new Set(
  'constructor search link anchor sub sup big small bold fixed strike blink italics fontcolor fontsize'.split(' '),
)
const LISTS = `join concat at push pop shift unshift splice slice reverse flat includes indexOf lastIndexOf with toReversed
  toSorted toSpliced keys values entries`
const OBJECTS = 'toString toLocaleString valueOf toJSON hasOwnProperty isPrototypeOf propertyIsEnumerable searchParams'

const PURE = new Set([
  ...[String, Number, Date, BigInt].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)),
  ...LISTS.split(/\s+/),
  ...OBJECTS.split(' '),
])

/** Whether a method of a value that only a run knows computes and does no more: any of the language's own. */
export function isPureMethod(owner: Expression, method: string): boolean {
  if (PURE.has(method) && !AMBIGUOUS.has(method)) return true
  if (owner.kind !== 'operation') return false
  if (/^(?:URLSearchParams|URL)$/.test(owner.name)) return /^(?:get|getAll|has)$/.test(method)
  return /^(?:Intl\.\w+|TextEncoder|TextDecoder|Buffer\.\w+)$/.test(owner.name)
}

/** Whether a value, or what it is a member of, was made by a package whose calls have no effect: `chalk.hex('#fff')`. */
export function isHarmlessResult(expression: Expression): boolean {
  if (expression.kind !== 'operation') return false
  const [first] = expression.operands
  if (expression.name === 'member' || expression.name === 'call') return first !== undefined && isHarmlessResult(first)
  const [module = '', ...members] = expression.name.split('.')
  return members.length + expression.operands.length > 0 && classifyCall(module, members.at(-1) ?? '') === 'harmless'
}
