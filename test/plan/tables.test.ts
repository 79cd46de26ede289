import { describe, expect, it } from 'vitest'
import type { World } from '../../src/plan/evaluate-expression.ts'
import { insertedRow } from '../../src/plan/stored-value.ts'
import { findClash, findRefusal, matchRow, readTable, withDoubt, withRows } from '../../src/plan/tables.ts'
import type { Expression } from '../../src/scan/types.ts'
import { column, table } from '../support/dossier-factory.ts'

const orders = table({
  columns: [
    column({ key: 'id', type: 'integer', json: 'number', notNull: true, primaryKey: true, unique: true }),
    column({ key: 'user', type: 'uuid', json: 'string' }),
    column({ key: 'status' }),
    column({ key: 'at', type: 'timestamp', json: 'date' }),
  ],
})
const NOTHING: World = {
  inputs: { body: {}, query: {}, params: {}, headers: {}, cookies: {} },
  environment: {},
  results: new Map(),
}
const of = (name: string): Expression => ({ kind: 'column', table: 'orders', column: name })
const value = (literal: string | number | null): Expression => ({ kind: 'literal', value: literal })
const call = (name: string, ...operands: Expression[]): Expression => ({ kind: 'operation', name, operands })
const match = (where: Expression, row: Record<string, unknown>): unknown =>
  matchRow(where, row, { table: orders, world: NOTHING })

describe('whether a condition selects a row', () => {
  it.each([
    ['eq', 5, true],
    ['ne', 5, false],
    ['gt', 4, true],
    ['gte', 5, true],
    ['lt', 5, false],
    ['lte', 4, false],
    ['eq', '5', true],
  ])('%s %s', (name, literal, expected) => {
    expect(match(call(name, of('id'), value(literal)), { id: 5 })).toBe(expected)
  })

  it('never selects by comparing with NULL', () => {
    expect(match(call('ne', of('status'), value('new')), { status: null })).toBe(false)
    expect(match(call('eq', of('status'), value(null)), { status: null })).toBe(false)
    expect(match(call('isNull', of('status')), { status: null })).toBe(true)
  })

  it('knows and, or, not and inArray', () => {
    const isFive = call('eq', of('id'), value(5))
    const isNew = call('eq', of('status'), value('new'))
    const row = { id: 5, status: 'paid' }
    expect(match(call('and', isFive, { kind: 'undefined' }), row)).toBe(true)
    expect(match(call('and', isFive, isNew), row)).toBe(false)
    expect(match(call('or', isFive, isNew), row)).toBe(true)
    expect(match(call('not', isNew), row)).toBe(true)
    const list: Expression = { kind: 'array', items: [value('new'), value('paid')], open: false }
    expect(match(call('inArray', of('status'), list), row)).toBe(true)
  })

  it('does not know plain SQL, patterns, the order of texts, or what a generated id is', () => {
    expect(match(call('sql', value('x')), { id: 5 })).toBe('unknown')
    expect(match(call('like', of('status'), value('n%')), { status: 'new' })).toBe('unknown')
    expect(match(call('gt', of('status'), value('a')), { status: 'new' })).toBe('unknown')
    expect(match(call('eq', of('id'), value(5)), { id: { $any: 'Number' } })).toBe('unknown')
    expect(match(call('and', call('sql'), call('eq', of('id'), value(6))), { id: 5 })).toBe(false)
  })

  it('knows a generated value again', () => {
    const id = { $any: 'Number' }
    const world: World = { ...NOTHING, results: new Map([[1, [{ id }]]]) }
    const same: Expression = { kind: 'result', event: 1, path: ['0', 'id'] }
    expect(matchRow(call('eq', of('id'), same), { id }, { table: orders, world })).toBe(true)
  })

  it('says what the database would refuse to compare', () => {
    const where = call('and', call('eq', of('id'), value(1)), call('eq', of('user'), value('me')))
    expect(findRefusal(where, { table: orders, world: NOTHING })).toBe('a value that the column user (uuid) takes')
    expect(findRefusal(call('eq', of('id'), value(1)), { table: orders, world: NOTHING })).toBeNull()
  })
})

describe('the tables', () => {
  const row = { values: { id: 1, user: null }, seed: null, written: [] }

  it('are never changed in place', () => {
    const before = withRows(new Map(), 'orders', [])
    const after = withRows(before, 'orders', [row])
    expect(readTable(before, 'orders').rows).toEqual([])
    expect(readTable(after, 'orders').rows).toEqual([row])
    expect(readTable(withRows(withDoubt(after, 'orders'), 'orders', []), 'orders').certain).toBe(false)
  })

  it('find the unique column in which two rows clash', () => {
    const held = withRows(new Map(), 'orders', [row])
    expect(findClash(held, orders, { id: 1 })).toBe('id')
    expect(findClash(held, orders, { id: 2, user: null })).toBeNull()
  })

  it('find the columns that only together are unique, and leave out what holds for some rows only', () => {
    const unique = { name: null, expressions: [], partial: false, where: null, nullsNotDistinct: false }
    const joint = table({
      columns: [column({ key: 'a' }), column({ key: 'b' })],
      uniques: [
        { ...unique, columns: ['a', 'b'] },
        { ...unique, columns: ['a'], partial: true, where: 'b is null' },
        { ...unique, columns: [], expressions: ['lower(a)'] },
      ],
    })
    const held = withRows(new Map(), 'orders', [{ values: { a: 'x', b: 'y' }, seed: null, written: [] }])
    expect(findClash(held, joint, { a: 'x', b: 'y' })).toBe('a and b')
    expect(findClash(held, joint, { a: 'x', b: 'z' })).toBeNull()
    expect(findClash(held, joint, { a: 'x', b: null })).toBeNull()
  })
})

it.each([
  ['CURRENT_TIMESTAMP', 'date', true],
  ["(datetime('now'))", 'number', true],
  ['(unixepoch())', 'date', false],
] as const)('does not know what a column of numbers holds by the default %s, as %s', (defaultSql, json, isDoubtful) => {
  const at = column({ key: 'at', type: 'integer', json, hasDefault: true, defaultSource: 'sql', defaultSql })
  const { at: stored } = insertedRow(table({ columns: [at] }), {})
  expect(stored).toEqual(isDoubtful ? { $unsure: expect.stringContaining('what at holds') } : { $any: 'Date' })
})
