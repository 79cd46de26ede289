import { countedOwner } from '../interpret/parts.ts'
import { PARSER_WORDS } from '../models/guards/body-parsers.ts'
import type { Expression, Route } from '../types.ts'

/** What holds for every request that reaches the route: it has all its parameters, and a session where one is started. */
export function certainOf(route: Route, condition: Expression): boolean | null {
  if (isParameter(route, condition)) return true
  if (condition.kind !== 'operation') return null
  if (searchesParserWords(condition)) return false
  if (isStartedSession(condition)) return true
  const [left, right] = condition.operands
  const counted = aboutParameterCount(route, condition)
  if (counted !== null) return counted
  if (!left || !(isParameter(route, left) || isStartedSession(left))) return null
  if (condition.name === 'is nullish') return false
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
  return deeper.length === 0 && route.path.split('/').includes(`:${name}`)
}
