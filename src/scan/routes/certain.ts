import { countedOwner } from '../interpret/parts.ts'
import { PARSER_WORDS } from '../models/guards/body-parsers.ts'
import type { Expression, Route, Shape } from '../types.ts'

/** What holds for every request that reaches the route: it has all its parameters, and a session where one is started. */
export function certainOf(route: Route, condition: Expression): boolean | null {
  if (isParameter(route, condition) || isLengthOfParameter(route, condition)) return true
  if (isForeignParameter(route, condition)) return false
  if (condition.kind !== 'operation') return null
  if (searchesParserWords(condition)) return false
  if (isStartedSession(condition)) return true
  const [left, right] = condition.operands
  const counted = aboutParameterCount(route, condition)
  if (counted !== null) return counted
  if (!left) return null
  if (condition.name === 'fits') return right?.kind === 'shape' && fitsAnyway(route, left, right.shape) ? true : null
  if (condition.name === '===' && isTypeOfParameter(route, left))
    return right?.kind === 'literal' ? right.value === 'string' : null
  if (isLengthOfParameter(route, left) && isZero(right)) return condition.name === '>' ? true : isNot(condition.name)
  if (!(isParameter(route, left) || isStartedSession(left))) return null
  if (condition.name === 'is nullish') return false
  // Only what a wildcard matches comes as a list.
  if (condition.name === 'Array.isArray') return isParameter(route, left) ? false : null
  const isEmpty =
    right?.kind === 'undefined' || (right?.kind === 'literal' && (right.value === null || right.value === ''))
  return condition.name === '===' && isEmpty ? false : null
}

/** `Object.keys(req.params).length` of a route with parameters. */
function aboutParameterCount(route: Route, condition: Expression): boolean | null {
  if (!route.path.includes('/:')) return null
  if (isParameterCount(condition)) return true
  if (condition.kind !== 'operation') return null
  const [left, right] = condition.operands
  if (!left || !isParameterCount(left) || right?.kind !== 'literal' || right.value !== 0) return null
  return condition.name === '>' ? true : condition.name === '===' ? false : null
}

function isParameterCount(expression: Expression): boolean {
  const counted = countedOwner(expression)
  return counted?.kind === 'input' && counted.from === 'params' && counted.path.length === 0
}

/** Middleware that starts sessions starts one for whoever has none. */
function isStartedSession(expression: Expression): boolean {
  return expression.kind === 'operation' && expression.name === 'request.session' && expression.operands.length > 0
}

/** What JSON.parse says of a body is no word that an app looks for. */
function searchesParserWords({ name, operands: [text] }: Extract<Expression, { kind: 'operation' }>): boolean {
  return /^(?:includes|startsWith|endsWith|===)$/.test(name) && text?.kind === 'operation' && text.name === PARSER_WORDS
}

function isParameter(route: Route, expression: Expression): boolean {
  if (expression.kind !== 'input' || expression.from !== 'params') return false
  const [name, ...deeper] = expression.path
  return deeper.length === 0 && parametersOf(route).includes(name ?? '')
}

/** `req.params.slug` under a path that names no such parameter. A pattern may name others, or have them by number. */
function isForeignParameter(route: Route, expression: Expression): boolean {
  if (expression.kind !== 'input' || expression.from !== 'params' || expression.path.length !== 1) return false
  const isPlain = route.path.split('/').every((part) => /^(?::?[\w.~-]+)?$/.test(part))
  return isPlain && !parametersOf(route).includes(expression.path[0] ?? '')
}

function isLengthOfParameter(route: Route, expression: Expression): boolean {
  if (expression.kind !== 'input' || expression.path.at(-1) !== 'length') return false
  return isParameter(route, { ...expression, path: expression.path.slice(0, -1) })
}

function isZero(expression: Expression | undefined): boolean {
  return expression?.kind === 'literal' && expression.value === 0
}

function isNot(name: string): false | null {
  return name === '===' || name === '<=' ? false : null
}

function parametersOf({ path }: Route): string[] {
  return path.split('/').flatMap((part) => (/^:\w+$/.test(part) ? [part.slice(1)] : []))
}

function isTypeOfParameter(route: Route, expression: Expression): boolean {
  if (expression.kind !== 'operation' || expression.name !== 'typeof') return false
  const [operand] = expression.operands
  return operand !== undefined && isParameter(route, operand)
}

/** Whether a schema takes whatever the path has: its parameters are texts that are not empty. */
function fitsAnyway(route: Route, subject: Expression, shape: Shape): boolean {
  if (shape.refined || shape.checks.length > 0) return false
  if (isParameter(route, subject)) return takesAnyText(shape)
  if (shape.type !== 'object') return false
  const parts = partsOf(route, subject)
  if (!parts || (shape.strict && Object.keys(parts).some((name) => !shape.fields[name]))) return false
  return Object.entries(shape.fields).every(([name, field]) => {
    const part = parts[name]
    return part ? fitsAnyway(route, part, field) : field.optional
  })
}

/** What is checked, by name, where all of it is known. */
function partsOf(route: Route, subject: Expression): Readonly<Record<string, Expression>> | null {
  if (subject.kind === 'object') {
    const isWhole = !subject.open && Object.keys(subject.fields).every((name) => !name.startsWith('...'))
    return isWhole ? subject.fields : null
  }
  if (subject.kind !== 'input' || subject.from !== 'params' || subject.path.length > 0 || /[*{(?]/.test(route.path))
    return null
  return Object.fromEntries(parametersOf(route).map((name) => [name, { ...subject, path: [name] }]))
}

function takesAnyText(shape: Shape): boolean {
  if (shape.type !== 'string' || shape.format !== null || shape.pattern !== null || shape.max !== null) return false
  // What is left of a text after it was trimmed may be empty.
  return (shape.min ?? 0) <= (shape.parsed === null ? 1 : 0)
}
