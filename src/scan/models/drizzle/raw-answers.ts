import { array, object, operation, type QueryValue, symbol, UNDEFINED, type Value } from '../../interpret/values.ts'

/**
 * How a driver hands out what a statement gives: `rows` as a list; the first as a `row`; a `result` that has them as
 * `rows`; mysql2's `pair` of them and their fields; one `value` of the first row, or of each; a `summary` of a write.
 */
export type RawAnswer = 'rows' | 'row' | 'result' | 'pair' | 'value' | 'values' | 'summary'

const RESULT =
  /^(?:pg|node-postgres|pglite|@electric-sql\/pglite|neon-.*|vercel-postgres|@vercel\/postgres|libsql.*|@libsql\/client.*|@neondatabase\/serverless|@planetscale\/database|planetscale-serverless)$/
const PAIR = /^(?:mysql2.*|tidb-serverless)$/

/** What the driver's way to send any statement answers with. */
export function answerOfDriver(driver: string): RawAnswer {
  if (RESULT.test(driver)) return 'result'
  return PAIR.test(driver) ? 'pair' : 'rows'
}

/** The answer of a statement that was sent as text. */
export function readRawAnswer(query: QueryValue, id: number): Value {
  const at = (...path: string[]): Value => symbol({ kind: 'result', event: id, path })
  const isUnknown = query.operation === 'raw'
  const [field] = query.projection?.fields.keys() ?? []
  switch (query.answer) {
    case 'row':
      return at('0')
    case 'value':
      return field === undefined ? operation('first field', at('0')) : at('0', field)
    case 'values':
      return operation('rows as lists', at())
    case 'result':
      return isUnknown ? at() : resultOf(query, at)
    case 'pair':
      return array(isUnknown ? [at('0'), at('1')] : [at(), operation('fields of the rows')])
    default:
      return at()
  }
}

/** `{ rows, rowCount }`; libsql and others say `rowsAffected`. */
function resultOf(query: QueryValue, at: (...path: string[]) => Value): Value {
  const count = at(query.returns ? 'length' : 'rowCount')
  return object(
    [
      ['rows', query.returns ? at() : array([])],
      ['rowCount', count],
      ['rowsAffected', query.returns ? UNDEFINED_COUNT : count],
      ['lastInsertRowid', query.returns ? UNDEFINED : at('lastInsertRowid')],
    ],
    { open: true },
  )
}

const UNDEFINED_COUNT = operation('rows affected')
