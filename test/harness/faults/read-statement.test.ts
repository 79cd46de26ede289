import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bindParameters, readStatements } from '../../../src/harness/faults/read-statement.ts'
import type { Dialect, Statement } from '../../../src/harness/faults/statement.ts'

function read(sql: string, parameters: readonly unknown[] = [], dialect: Dialect = 'postgres'): Statement[] {
  return readStatements(sql, dialect).map((shape) => bindParameters(shape, parameters))
}

/** `insert orders`, `select billing.plans`, for each action of the first statement. */
function actionsOf(sql: string, dialect: Dialect = 'postgres'): string[] {
  return (read(sql, [], dialect)[0]?.actions ?? []).map(({ operation, table }) =>
    [operation, table && [table.schema, table.name].filter((part) => part !== null).join('.')]
      .filter((part) => part !== null)
      .join(' '),
  )
}

function rowsOf(sql: string, parameters: readonly unknown[] = [], dialect: Dialect = 'postgres'): unknown {
  return read(sql, parameters, dialect)[0]?.actions[0]?.rows
}

function conditionsOf(sql: string, parameters: readonly unknown[] = []): unknown {
  return read(sql, parameters)[0]?.actions[0]?.conditions
}

describe('readStatements', () => {
  it.each<[string, string[]]>([
    ['insert into "orders" ("id") values (default) returning "id"', ['insert orders']],
    ['INSERT INTO billing."Plans" AS p VALUES (1)', ['insert billing.Plans']],
    ['update only orders o set a = 1 from users u where u.id = o.user_id', ['update orders', 'select users']],
    ['delete from a using b, c where a.id = b.id', ['delete a', 'select b', 'select c']],
    ['select * from a, only b x, (select 1 from c) y, f(1) z, d', ['select a', 'select b', 'select d', 'select c']],
    [
      'select * from (a join b using (id)) left join lateral (select 1 from c) x on true',
      ['select a', 'select b', 'select c'],
    ],
    ['select extract(year from made), a is distinct from b from "orders" for update of orders', ['select orders']],
    [
      'select (select count(*) from lines) from orders where id in (select id from old)',
      ['select lines', 'select orders', 'select old'],
    ],
    [
      'with x as (insert into a values (1) returning id), y (n) as materialized (select * from b) select * from x, y',
      ['select b', 'insert a'],
    ],
    ['with moved as (delete from a returning *) insert into b select * from moved', ['insert b', 'delete a']],
    ['insert into a (id) select id from b on conflict (id) do update set n = excluded.n', ['insert a', 'select b']],
    ['(select 1 from a) union all (select 2 from b)', ['select a', 'select b']],
    ['select 1', ['select']],
    ['select \'insert into a\' -- from b\n/* from c /* from d */ */ from "e f"', ['select e f']],
    ['select $$ from a $$, $x$ from $$ b $x$ from c', ['select c']],
    ["select E'\\' from a' from b", ['select b']],
    ['begin', ['begin']],
    ['start transaction isolation level serializable', ['begin']],
    ['commit and chain', ['commit']],
    ['end', ['commit']],
    ['rollback', ['rollback']],
    ['rollback to savepoint sp1', ['savepoint']],
    ['release savepoint sp1', ['savepoint']],
    ["commit prepared 'x'", ['other']],
    ['create function f() returns trigger as $$ begin delete from a; end $$ language plpgsql', ['other']],
    ['set search_path = a', ['other']],
    ['', []],
    ['insert', ['insert']],
    ['select * from', ['select']],
    ["update orders set a = 'not closed", ['update orders']],
  ])('%s', (sql, expected) => {
    expect(actionsOf(sql)).toEqual(expected)
  })

  it.each<[Dialect, string, string[]]>([
    ['sqlite', 'insert or ignore into [a b] values (?)', ['insert a b']],
    ['sqlite', 'update or rollback `a` set n = 1', ['update a']],
    ['sqlite', 'replace into main.a values (1)', ['insert main.a']],
    ['sqlite', 'create trigger t after insert on a begin insert into b values (1); end', ['other']],
    ['mysql', 'insert ignore into `a` set n = 1 # from b', ['insert a']],
    ['mysql', 'select "from c", replace(x, 1, 2) from `shop`.`a`', ['select shop.a']],
    ['mysql', 'update low_priority a set n = 1', ['update a']],
    ['mysql', 'update ignore set n = 1', ['update ignore']],
  ])('%s: %s', (dialect, sql, expected) => {
    expect(actionsOf(sql, dialect)).toEqual(expected)
  })

  it('reads the rows of an insert, as far as they can be told', () => {
    const sql =
      'insert into "orders" ("id", "sku", "n", "at") values (default, $1, $2::int, now()), ($3, \'b\', -1, null)'
    expect(rowsOf(sql, ['a', '7', 3])).toEqual([
      { sku: 'a', n: '7' },
      { id: 3, sku: 'b', n: '-1', at: null },
    ])
    expect(rowsOf('insert into a values ($1)', [1])).toEqual([])
    expect(rowsOf('insert into a (x, y) values (?, cast(? as int))', [1, 2], 'sqlite')).toEqual([{ x: 1, y: 2 }])
    expect(rowsOf('insert into a (x, y) values (?2,?1)', [1, 2], 'sqlite')).toEqual([{ x: 2, y: 1 }])
    expect(rowsOf("insert into a set x=?, y='it\\'s'", [1], 'mysql')).toEqual([{ x: 1, y: "it's" }])
    expect(rowsOf("insert into a set y='one\\ntwo\\\\'", [], 'mysql')).toEqual([{ y: 'one\ntwo\\' }])
  })

  it('reads what an update sets, and which rows it is for', () => {
    const sql =
      'update "orders" set "status" = $1, "n" = "n" + 1 where ("orders"."id" = $2 and ("sku" in ($3, \'z\'))) returning *'
    expect(rowsOf(sql, ['paid'])).toEqual([{ status: 'paid' }])
    expect(conditionsOf(sql, ['paid', 7, 'a'])).toEqual({ id: [7], sku: ['a', 'z'] })
    expect(conditionsOf('delete from a where 1 = id and gone is null and (b = 1 or c = 2) and d = now()')).toEqual({
      id: ['1'],
      gone: [null],
    })
    expect(conditionsOf('select * from a where id =-1 limit 1')).toEqual({ id: ['-1'] })
    expect(conditionsOf('select * from a where x = 1 or y = 2')).toEqual({})
  })

  it('reads a text with several statements', () => {
    const found = read("begin; insert into a values (';'); ; commit")
    expect(found.map(({ sql }) => sql)).toEqual(['begin', "insert into a values (';')", 'commit'])
    expect(readStatements(' begin;\n commit', 'postgres').map(({ start }) => start)).toEqual([1, 9])
  })

  it('never throws, whatever the text', () => {
    const words = [
      'select',
      'from',
      'insert into',
      'update',
      'set',
      'values',
      'where',
      'with',
      'as',
      'a',
      '"b"',
      '(',
      ')',
    ]
    const piece = fc.oneof(fc.constantFrom(...words, ',', '=', 'and', "'x'", '$1', '?', '::', ';', '.'), fc.string())
    const sql = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(' '))
    fc.assert(
      fc.property(sql, fc.constantFrom<Dialect[]>('postgres', 'sqlite', 'mysql'), (text, dialect) => {
        read(text, [1], dialect)
      }),
      { numRuns: 2000 },
    )
  })
})
