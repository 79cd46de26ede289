import { describe, expect, it } from 'vitest'
import { bindParameters, readStatements } from '../../../src/harness/faults/read-statement.ts'
import {
  type ArmedFault,
  armFault,
  type FaultTarget,
  listUnreached,
  meetFault,
} from '../../../src/harness/faults/rules.ts'

function target(overrides: Partial<FaultTarget>): FaultTarget {
  return { table: { schema: null, name: 'orders' }, operation: 'insert', nth: null, row: null, ...overrides }
}

/** Which of the faults each statement meets. */
function meet(
  faults: readonly ArmedFault<string>[],
  sql: string,
  parameters: readonly unknown[] = [],
): (string | null)[] {
  return readStatements(sql, 'postgres').map(
    (shape) => meetFault(faults, bindParameters(shape, parameters))?.effect ?? null,
  )
}

describe('meetFault', () => {
  it('meets every statement on the table, or the n-th', () => {
    const inserts =
      'insert into orders values (1); insert into "public"."orders" values (2); insert into lines values (3)'
    expect(meet([armFault(target({}), 'all')], inserts)).toEqual(['all', 'all', null])
    expect(meet([armFault(target({ nth: 2 }), 'second')], inserts)).toEqual([null, 'second', null])
    expect(meet([armFault(target({ table: { schema: 'billing', name: 'orders' } }), 'other')], inserts)).toEqual([
      null,
      null,
      null,
    ])
  })

  it('counts the statements with such a row only', () => {
    const fault = armFault(target({ nth: 2, row: { sku: 'b', userId: 3 } }), 'hit')
    const sql = 'insert into orders (user_id, sku) values ($1, $2)'
    const found = [
      ['3', 'b'],
      ['3', 'a'],
      ['4', 'b'],
      ['3', 'b'],
    ].flatMap((parameters) => meet([fault], sql, parameters))
    expect(found).toEqual([null, null, null, 'hit'])
    expect(fault.label).toBe("the 2nd insert into orders with sku = 'b' and userId = 3")
  })

  it('finds the row of an update or a delete by its condition', () => {
    const row = { id: 7 }
    const update = armFault(target({ operation: 'update', row }), 'update')
    expect(meet([update], 'update orders set n = 1 where id = $1', ['7'])).toEqual(['update'])
    expect(meet([update], 'update orders set n = 1 where id = $1', ['8'])).toEqual([null])
    expect(
      meet([armFault(target({ operation: 'delete', row }), 'delete')], 'delete from orders where id in (6, 7)'),
    ).toEqual(['delete'])
  })

  it('meets a commit, and one action of several', () => {
    expect(meet([armFault(target({ table: null, operation: 'commit' }), 'lost')], 'begin; commit')).toEqual([
      null,
      'lost',
    ])
    const sql = 'with x as (insert into orders values (1)) update lines set n = 1'
    expect(meet([armFault(target({}), 'hit')], sql)).toEqual(['hit'])
  })

  it('prefers the fault that was armed last, and reports those that nothing met', () => {
    const faults = [armFault(target({}), 'first'), armFault(target({}), 'last'), armFault(target({ nth: 9 }), 'never')]
    expect(meet(faults, 'insert into orders values (1)')).toEqual(['last'])
    expect(listUnreached(faults)).toEqual(['insert into orders', 'the 9th insert into orders'])
  })

  it.each<[unknown, unknown, boolean]>([
    [1, '1', true],
    [1, '1.0', true],
    [0, '', false],
    [true, 't', true],
    [false, 0, true],
    [null, null, true],
    [null, 'null', false],
    ['1', 1, true],
    [new Date('2026-01-02T03:04:05Z'), '2026-01-02 03:04:05', true],
    [new Date('2026-01-02T03:04:05Z'), '2026-01-02T04:04:05.000+01:00', true],
    [{ a: [1] }, '{"a": [1]}', true],
    [{ a: 1 }, '{', false],
  ])('%j is %j in the database: %j', (expected, found, same) => {
    const fault = armFault(target({ row: { v: expected } }), 'hit')
    expect(meet([fault], 'insert into orders (v) values ($1)', [found])).toEqual([same ? 'hit' : null])
  })
})
