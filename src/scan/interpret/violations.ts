import { hasPart } from '../expressions.ts'
import { QUERY_TEXT } from '../models/drizzle/database-errors.ts'
import type { Expression, TraceEvent } from '../types.ts'
import type { Machine } from './machine.ts'

type DbEvent = Extract<TraceEvent, { kind: 'db' }>

/** What a statement breaks, by the words and codes of the drivers. */
const VIOLATIONS = {
  'foreign key':
    /foreign.?key|^23503$|^23001$|ER_NO_REFERENCED_ROW|ER_ROW_IS_REFERENCED|^1451$|^1452$|_FOREIGNKEY$|_TRIGGER$/i,
  other:
    /unique|duplicate|not.?null|already exists|^23505$|^23502$|^23514$|^23P01$|ER_DUP_ENTRY|ER_BAD_NULL|ER_CHECK_|^1062$|^1048$|^3819$|_PRIMARYKEY$|_CHECK$/i,
  any: /constraint|^23|violat|integrity/i,
} as const

/**
 * `false` where code asks whether a query broke a constraint that its kind of statement can't break: reading breaks none,
 * deleting only the keys that point at a row. Null for what may go either way.
 */
export function impossibleViolation(machine: Machine, condition: Expression): false | null {
  if (condition.kind !== 'operation' || !/^(?:===|includes|startsWith|test)$/.test(condition.name)) return null
  const asked = condition.operands.flatMap(textsOf)
  const isForeign = (text: string): boolean => isViolation(text) || (condition.name !== 'test' && isNoSql(text))
  if (asked.length > 0 && searchesStatement(condition) && asked.every(isForeign)) return false
  const query = failedQuery(machine, condition)
  if (!query || asked.length === 0) return null
  return asked.every((text) => !canBreak(query, text)) ? false : null
}

/** Drizzle's own message has the statement in it, and not what the database says of it. */
function searchesStatement({ operands: [text] }: Extract<Expression, { kind: 'operation' }>): boolean {
  return text !== undefined && hasPart(text, (part) => part.kind === 'operation' && part.name === QUERY_TEXT)
}

/** Words that no statement of Drizzle's has, which quotes every name: `not found`, `fetch failed`, `ECONNREFUSED`. */
function isNoSql(text: string): boolean {
  const words = /\w+(?: \w+)+/.exec(text)?.[0].split(' ') ?? []
  return /^E[A-Z]{4,}$/.test(text) || words.some((word) => !KEYWORDS.test(word))
}

const KEYWORDS =
  /^(?:select|distinct|from|where|insert|into|values|update|set|delete|and|or|not|null|is|in|exists|order|group|by|having|limit|offset|returning|left|right|inner|full|cross|join|lateral|on|as|default|conflict|duplicate|key|do|nothing|between|like|ilike|asc|desc|nulls|first|last|for|share|union|all|with|true|false|count|case|when|then|else|end|failed|query|params)$/i

function isViolation(text: string): boolean {
  return Object.values(VIOLATIONS).some((words) => words.test(text))
}

/** The query whose error is asked; of several runs of the code only one failure is in each. */
function failedQuery(machine: Machine, condition: Expression): DbEvent | null {
  const failed = machine.run?.events.findLast((event) => event.kind === 'db' && event.outcome === 'fails')
  if (failed?.kind !== 'db') return null
  const isOfError = hasPart(
    condition,
    (part) =>
      (part.kind === 'operation' && part.name === 'database message') ||
      (part.kind === 'result' && part.event === failed.id && part.path.at(-1) === 'sqlstate'),
  )
  return isOfError ? failed : null
}

function textsOf(expression: Expression): string[] {
  if (expression.kind === 'literal') return [String(expression.value)]
  return expression.kind === 'array' && !expression.open ? expression.items.flatMap(textsOf) : []
}

/** Words that are about no constraint may stand in any error. */
function canBreak({ operation }: DbEvent, text: string): boolean {
  const isForeignKey = VIOLATIONS['foreign key'].test(text)
  const isOther = !isForeignKey && VIOLATIONS.other.test(text)
  if (operation === 'select') return !isViolation(text)
  return operation !== 'delete' || !isOther
}
