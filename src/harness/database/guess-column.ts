import { guessNumber, guessText, guessUuid, vary } from '../../plan/guess-value.ts'
import type { DrizzleColumn } from '../../scan/confirm-tables/open-drizzle.ts'

const START = Date.UTC(2030, 0, 15, 10)
const DAY_MS = 86_400_000

/** Types whose text has a form that no name tells, by the end of Drizzle's class. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/(?:Numeric|Decimal)$/, '49.99'],
  [/Interval$/, '1 hour'],
  [/Inet$/, '192.0.2.1'],
  [/Cidr$/, '192.0.2.0/24'],
  [/Macaddr8$/, '08:00:2b:01:02:03:04:05'],
  [/Macaddr$/, '08:00:2b:01:02:03'],
  [/Year$/, '2030'],
]

/**
 * A value that the column takes, in the form in which Drizzle takes it: the same each time. `variant` 0, 1, ... are
 * different values where the type has more than one.
 */
export function guessForColumn(column: DrizzleColumn, key: string, variant: number): unknown {
  // From drizzle-orm 1 on, the data type has two words: `string uuid`, `object date`.
  const [first = '', second = ''] = column.dataType.split(' ')
  if (column.dimensions && /Vector$/i.test(column.columnType)) return Array(column.dimensions).fill(0)
  if (first === 'array' || column.baseColumn) return []
  if (column.enumValues?.[0] !== undefined) return column.enumValues[variant % column.enumValues.length]
  switch (second === 'date' || second === 'buffer' ? second : first) {
    case 'number':
      return vary(guessNumber(key), variant)
    case 'bigint':
      return BigInt(guessNumber(key) + variant)
    case 'boolean':
      return true
    case 'date':
      return new Date(START + variant * DAY_MS)
    case 'buffer':
      return Buffer.from(guessText(key))
    case 'json':
    case 'object':
      return {}
    default:
      return shorten(column, guessTextFor(column, key, variant))
  }
}

function guessTextFor({ columnType }: DrizzleColumn, key: string, variant: number): string {
  const day = new Date(START + variant * DAY_MS).toISOString()
  if (/UUID$/i.test(columnType)) return guessUuid(`${key} ${variant}`)
  if (/(?:Timestamp|DateTime)String$/.test(columnType)) return day.slice(0, 19).replace('T', ' ')
  if (/Date(?:String)?$/.test(columnType)) return day.slice(0, 10)
  if (/Time(?:String)?$/.test(columnType)) return day.slice(11, 19)
  const known = TEXTS.find(([type]) => type.test(columnType))?.[1]
  return known ?? String(vary(guessText(key), variant))
}

/** The end of a text makes it another one, so a long one loses its middle. */
function shorten({ length }: DrizzleColumn, text: string): string {
  if (length === undefined || text.length <= length) return text
  const end = /-\d+$/.exec(text)?.[0] ?? ''
  return `${text.slice(0, Math.max(0, length - end.length))}${end}`.slice(-length)
}
