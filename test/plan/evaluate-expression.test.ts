import { describe, expect, it } from 'vitest'
import { evaluateExpression, type World } from '../../src/plan/evaluate-expression.ts'
import { unsure } from '../../src/plan/values.ts'
import type { Expression } from '../../src/scan/types.ts'

const id = { $any: 'String' }
const WORLD: World = {
  inputs: { body: { a: 1, list: [{ b: 'x' }], nothing: null }, query: {}, params: {}, headers: {}, cookies: {} },
  environment: { URL: 'https://a.example' },
  results: new Map<number, unknown>([
    [1, [{ id, total: 5, secret: unsure('a sum') }]],
    [2, { $fails: 'rejects' }],
    [3, { ...unsure('the driver'), rowCount: 1 }],
  ]),
}
const body = (...path: string[]): Expression => ({ kind: 'input', from: 'body', path })
const result = (event: number, ...path: string[]): Expression => ({ kind: 'result', event, path })
const literal = (value: string | number | boolean | null): Expression => ({ kind: 'literal', value })
const call = (name: string, ...operands: Expression[]): Expression => ({ kind: 'operation', name, operands })
const evaluate = (expression: Expression): unknown => {
  const computed = evaluateExpression(expression, WORLD)
  return computed.known ? computed.value : `? ${computed.why}`
}

describe('an expression of the code', () => {
  it.each<[string, Expression, unknown]>([
    ['a nested input', body('list', '0', 'b'), 'x'],
    ['an input that is not there', body('c', 'd'), undefined],
    ['a fallback for null', call('??', body('nothing'), literal(3)), 3],
    ['a default, which null does not take', call('default', body('nothing'), literal(3)), null],
    ['an address', call('concat', { kind: 'env', name: 'URL' }, literal('/x')), 'https://a.example/x'],
    ['a comparison', call('<', body('a'), literal(2)), true],
    ['texts by letter', call('>', literal('10'), literal('9')), false],
    ['a rounded number', call('Math.round', call('/', literal(7), literal(2))), 4],
    ['a method of texts on a list', call('trim', body('list')), '? a method of texts on what is none'],
    ['a method of texts on nothing', call('trim', body('c')), undefined],
    ['a field of a found row', result(1, '0', 'total'), 5],
    ['the number of rows of a write', result(3, 'rowCount'), 1],
    ['whether an event fails', call('rejects', result(2)), true],
    ['whether another does', call('rejects', result(1)), false],
    ['a made-up id that is compared with nothing', call('===', result(1, '0', 'id'), literal(null)), false],
    ['a made-up id that is compared with itself', call('===', result(1, '0', 'id'), result(1, '0', 'id')), true],
    ['a text made of a made-up id', call('concat', literal('a-'), result(1, '0', 'id')), { $any: 'String' }],
  ])('%s', (_name, expression, expected) => {
    expect(evaluate(expression)).toEqual(expected)
  })

  it.each<[string, Expression, string]>([
    [
      'a made-up id that is compared with a text',
      call('===', result(1, '0', 'id'), literal('x')),
      'only the run knows',
    ],
    ['a column that the database computes', result(1, '0', 'secret'), 'a sum'],
    ['what else the driver says', result(3, 'fields'), 'the driver'],
    ['an event that has not happened', result(9, '0'), 'what event 9 answers'],
    ['a function from outside', call('call', body('a')), 'a function'],
    ['an object with unknown fields', { kind: 'object', fields: {}, open: true }, 'does not know'],
    ['an operation nobody knows', call('frobnicate', body('a')), 'frobnicate'],
    ['the text of no date', call('toISOString', call('Date', literal('never'))), 'toISOString'],
  ])('does not know %s', (_name, expression, why) => {
    expect(evaluate(expression)).toContain(why)
    expect(evaluate(expression)).toMatch(/^\? /)
  })
})
