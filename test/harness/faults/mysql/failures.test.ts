import { describe, expect, it } from 'vitest'
import { describeFailure } from '../../../../src/harness/faults/mysql/failures.ts'
import { bindParameters, readStatements } from '../../../../src/harness/faults/read-statement.ts'

const names = { product: 'mysql', database: 'shop' } as const
const details = (sqlstate: string) =>
  ({ kind: 'fail', failure: 'disk-full', details: { sqlstate, column: 'sku', constraint: 'sku_once' } }) as const

function describeFor(
  sql: string,
  effect: Parameters<typeof describeFailure>[0],
  product: 'mysql' | 'mariadb' = 'mysql',
) {
  const [shape] = readStatements(sql, 'mysql')
  const statement = shape ? bindParameters(shape, []) : null
  const operation = sql.startsWith('delete') ? 'delete' : 'insert'
  const target = { table: { schema: null, name: 'orders' }, operation, nth: null, row: null } as const
  return describeFailure(effect, { target, statement, names: { ...names, product } })
}

const INSERT = "insert into `orders` (`shop`, `sku`) values (3, 'it\\'s')"

describe('describeFailure', () => {
  it.each([
    ['53100', 1021, 'HY000', false],
    ['40P01', 1213, '40001', true],
    ['40001', 1213, '40001', true],
    ['55P03', 1205, 'HY000', false],
    ['57014', 3024, 'HY000', false],
    ['23502', 1048, '23000', false],
    ['22001', 1406, '22001', false],
    ['53300', 1040, '08004', false],
  ])('says %s as MySQL does', (sqlstate, errno, own, endsTransaction) => {
    expect(describeFor(INSERT, details(sqlstate))).toMatchObject({ errno, sqlstate: own, endsTransaction })
  })

  it('says nothing for what MySQL does not have', () => {
    expect(describeFor(INSERT, details('25P02'))).toBeNull()
  })

  it('names the key and the values as each of the two does', () => {
    const key = { columns: ['shop', 'sku'], otherTable: null }
    const effect = { kind: 'fail', failure: 'unique-violation', details: { constraint: 'sku_once' }, key } as const
    expect(describeFor(INSERT, effect)?.message).toBe("Duplicate entry '3-it's' for key 'orders.sku_once'")
    expect(describeFor(INSERT, effect, 'mariadb')?.message).toBe("Duplicate entry '3-it's' for key 'sku_once'")
  })

  it('names both ends of a foreign key', () => {
    const effect = (columns: string[], otherTable: string, otherColumns: string[]) =>
      ({
        kind: 'fail',
        failure: 'foreign-key-violation',
        details: { constraint: 'fk' },
        key: { columns, otherTable, otherColumns },
      }) as const
    expect(describeFor(INSERT, effect(['shop'], 'shops', ['id']))).toMatchObject({
      errno: 1452,
      message:
        'Cannot add or update a child row: a foreign key constraint fails (`shop`.`orders`, CONSTRAINT `fk` FOREIGN KEY (`shop`) REFERENCES `shops` (`id`))',
    })
    expect(describeFor('delete from orders', effect(['id'], 'lines', ['order_id']))).toMatchObject({
      errno: 1451,
      message:
        'Cannot delete or update a parent row: a foreign key constraint fails (`shop`.`lines`, CONSTRAINT `fk` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`))',
    })
  })
})
