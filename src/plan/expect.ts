import type { Expression, SourceLocation } from '../scan/types.ts'
import { evaluateExpression, type World } from './evaluate-expression.ts'
import { responseOf, statusOf } from './expressions.ts'
import type { Solution } from './solve-scenario.ts'
import type { Expectation, ExpectationSource, Expected } from './types.ts'
import { hasPart, isGenerated, isUnsure } from './values.ts'

export function fromCode(text: string, at: SourceLocation | null): ExpectationSource {
  return { kind: 'code', text, at }
}

export function fromPolicy(text: string): ExpectationSource {
  return { kind: 'policy', text, at: null }
}

/** Status and body as the code gives them in this scenario; fields that only the run knows are left out. */
export function expectResponse(solution: Solution, request = 0): Expectation[] {
  const response = responseOf(solution.scenario)
  const status = statusOf(solution.scenario)
  if (!response || status === null) return []
  const source = fromCode('what the route answers today', response.at)
  const expected: Expectation[] = [{ observable: 'status', request, equals: status, source }]
  if (status === 204 || status === 304) return [...expected, { observable: 'text', request, equals: '', source }]
  if (!response.body) return expected
  const body = response.via === 'json' ? readBody(response.body, solution.world) : null
  if (body) return [...expected, { observable: 'body', request, ...body, source }]
  if (response.via !== 'send' && response.via !== 'end') return expected
  const sent = evaluateExpression(response.body, solution.world)
  if (!sent.known || sent.value === undefined) return expected
  if (typeof sent.value === 'string') return [...expected, { observable: 'text', request, equals: sent.value, source }]
  const json = response.via === 'send' ? readBody(response.body, solution.world) : null
  return json ? [...expected, { observable: 'body', request, ...json, source }] : expected
}

/** A body as far as it is known: all of it, or the fields that are. */
export function readBody(expression: Expression, world: World): { match: 'whole' | 'part'; value: Expected } | null {
  const whole = evaluateExpression(expression, world)
  if (whole.known) {
    const value = toExpected(whole.value, 'json')
    if (value === undefined) return null
    const isPartial = hasPart(whole.value, isUnsure)
    return isPartial && isEmpty(value) ? null : { match: isPartial ? 'part' : 'whole', value }
  }
  if (expression.kind !== 'object') return null
  const fields = Object.entries(expression.fields).flatMap(([key, field]): [string, Expected][] => {
    if (key.startsWith('...')) return []
    const inner = readBody(field, world)
    return inner === null ? [] : [[key, inner.value]]
  })
  return fields.length > 0 ? { match: 'part', value: Object.fromEntries(fields) } : null
}

function isEmpty(value: Expected): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** A computed value as it is seen on the wire (`json`) or in a row; undefined when it is not there or not known. */
export function toExpected(value: unknown, seen: 'json' | 'row'): Expected | undefined {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol' || isUnsure(value))
    return undefined
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date && Number.isNaN(value.getTime())) return undefined
  if (value instanceof Date) return seen === 'json' ? value.toISOString() : { $date: value.toISOString() }
  if (isGenerated(value)) return seen === 'json' && value.$any === 'Date' ? { $any: 'String' } : value
  if (Array.isArray(value)) return value.map((item) => toExpected(item, seen) ?? null)
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]): [string, Expected][] => {
      const expected = toExpected(field, seen)
      return expected === undefined ? [] : [[key, expected]]
    }),
  )
}
