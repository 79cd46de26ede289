import type { Expression } from '../types.ts'
import { changesDate, isDate, typeOfResult } from './known-types.ts'

/** What the language itself settles of a condition, whatever a run brings; null when both answers are possible. */
export function certainAnswer(condition: Expression): boolean | null {
  if (isTruthy(condition)) return true
  if (condition.kind !== 'operation') return null
  const [left, right] = condition.operands
  if (!left) return null
  const isThere = isTruthy(left) || typeOfResult(left) !== null
  if (condition.name === 'is nullish') return isThere ? false : null
  if (condition.name === '===' && isThere && right && isNone(right)) return false
  if (condition.name === 'Array.isArray') return isSingleHeader(left) ? false : null
  return condition.name === '===' && right && isFalsy(right) && isTruthy(left) ? false : null
}

/** The same question about less: `x && x.trim()` is missing where `x` is. */
export function simplerCondition(condition: Expression): Expression {
  if (condition.kind !== 'operation') return condition
  const [subject, ...others] = condition.operands
  const asksNothing = condition.name === 'is nullish' || (condition.name === '===' && others.every(isNone))
  if (!asksNothing || subject?.kind !== 'operation' || subject.name !== '&&') return condition
  const [first, made] = subject.operands
  const isMade = made !== undefined && (isTruthy(made) || typeOfResult(made) !== null)
  return first && isMade ? { ...condition, operands: [first, ...others] } : condition
}

/** Objects, and texts that are never empty. */
export function isTruthy(expression: Expression): boolean {
  switch (expression.kind) {
    case 'object':
    case 'array':
      return true
    case 'literal':
      return Boolean(expression.value)
    case 'unknown':
      return isDate(expression) || /^Date\.now\(\)/.test(expression.text)
    case 'operation':
      return isTruthyOperation(expression)
    case 'input':
      // Express itself makes these objects, empty or not.
      return expression.path.length === 0 && /^(?:query|params|headers)$/.test(expression.from)
    default:
      return false
  }
}

const OBJECTS = new Set(
  `Date URL URLSearchParams Array.from Object.fromEntries entries split Buffer.concat Buffer.from Buffer.alloc
   AsyncLocalStorage table request`.split(/\s+/),
)
/** Made by well-known packages, and never empty: a token that is refused gives no payload at all. */
const TEXTS =
  /^(?:(?:bcrypt(?:js)?|argon2)\.(?:hash|hashSync|genSalt|genSaltSync)|uuid\.v\d|nanoid\.nanoid|(?:crypto|node:crypto)\.(?:randomUUID|randomBytes|createHash|createHmac)|jsonwebtoken\.(?:sign|verify)|jose\.jwtVerify|ulid\.ulid|request\.(?:protocol|hostname|ip|method|url|originalUrl|path)|(?:@paralleldrive\/)?cuid2?\.createId|toISOString|error stack|path of the project)$/

function isTruthyOperation({ name, operands }: Extract<Expression, { kind: 'operation' }>): boolean {
  const [first, second] = operands
  if (OBJECTS.has(name) || TEXTS.test(name) || changesDate(name)) return true
  if (name === 'String' && first) return isTruthy(first) || /^(?:number|boolean)$/.test(typeOfResult(first) ?? '')
  if (name === 'concat') return operands.some((part) => part.kind === 'literal' && part.value !== '')
  if (name === 'JSON.stringify') return first?.kind === 'object' || first?.kind === 'array'
  if (name === 'member' && second?.kind === 'literal' && second.value === 'length' && first?.kind === 'operation')
    return TEXTS.test(first.name) || first.name === 'JSON.stringify'
  if (name === '||') return operands.some(isTruthy)
  return (name === '??' || name === '&&') && operands.length === 2 && first !== undefined && second !== undefined
    ? isTruthy(first) && isTruthy(second)
    : false
}

export function isNone(expression: Expression): boolean {
  return expression.kind === 'undefined' || (expression.kind === 'literal' && expression.value === null)
}

function isFalsy(expression: Expression): boolean {
  return expression.kind === 'undefined' || (expression.kind === 'literal' && !expression.value)
}

/** Node joins what comes more than once with commas, but for `set-cookie`, which no request carries. */
function isSingleHeader(expression: Expression): boolean {
  return expression.kind === 'input' && expression.from === 'headers' && expression.path.length === 1
}
