import type { Column, Dialect } from '../../types.ts'

type Json = Column['json']

const JSON_TYPES: Readonly<Record<Exclude<Json, 'unknown'>, RegExp>> = {
  number: /^(?:(?:big|small)?serial|integer|(?:tiny|small|medium|big)?int|real|doublePrecision|double|float|year)$/,
  string:
    /^(?:(?:tiny|medium|long)?text|varchar|char|uuid|numeric|decimal|enum|mysqlEnum|time|interval|inet|cidr|macaddr8?|date|binary|varbinary|bit|sparsevec)$/,
  boolean: /^boolean$/,
  date: /^(?:timestamp|datetime)$/,
  object: /^jsonb?$/,
}
const WITHOUT_JSON = /^(?:customType|blob|bytea|point|line|geometry|vector|halfvec|singlestoreEnum)$/

/** What a value of the column is in code and JSON; null for a builder that is not Drizzle's, or is too new. */
export function jsonType(type: string, mode: string | null, dialect: Dialect): Json | null {
  const byMode = jsonByMode(type, mode, dialect)
  if (byMode) return byMode
  for (const json of ['number', 'string', 'boolean', 'date', 'object'] as const) {
    if (JSON_TYPES[json].test(type)) return json
  }
  return WITHOUT_JSON.test(type) ? 'unknown' : null
}

function jsonByMode(type: string, mode: string | null, dialect: Dialect): Json | null {
  switch (type) {
    case 'bigint':
    case 'numeric':
    case 'decimal':
      return mode === 'number' || (mode === null && type === 'bigint') ? 'number' : 'string'
    case 'bigserial':
      return mode === 'bigint' ? 'unknown' : 'number'
    case 'integer':
    case 'int':
      return mode === 'boolean' ? 'boolean' : mode?.startsWith('timestamp') ? 'date' : 'number'
    case 'timestamp':
    case 'datetime':
      return mode === 'string' ? 'string' : 'date'
    case 'date':
      return mode === 'date' || (mode === null && dialect === 'mysql') ? 'date' : 'string'
    case 'text':
    case 'blob':
      return mode === 'json' ? 'object' : null
    case 'point':
    case 'line':
    case 'geometry':
      return mode === 'xy' || mode === 'abc' ? 'object' : 'unknown'
    default:
      return null
  }
}

/** Whether the builder heeds `length`; others ignore it. */
export function takesLength(type: string, dialect: Dialect): boolean {
  return /^(?:var)?(?:char|binary)$/.test(type) || (type === 'text' && dialect === 'sqlite')
}
