import { hasPart, partsOf } from '../expressions.ts'
import type { Expression, Scenario, Table } from '../types.ts'
import { describe, expressionsOf, isSame, numberOf } from './expressions.ts'
import { distinctOutcomes } from './outcomes.ts'
import { type DbEvent, distinct, isWrite, outcomeOf, statusOf, targetOf } from './scenarios.ts'
import type { IdempotencyFacts, IdempotencyKey, KeyColumn, UpsertFact } from './types.ts'

type Input = Extract<Expression, { kind: 'input' }>

const KEY_HEADER = /^(?:x-)?(?:idempotency-(?:key|token)|request-id|client-request-id|dedup(?:e|lication)-(?:key|id))$/
/** Names under which requests are told apart in logs too. */
const LOG_HEADER = /request-id$/
const KEY_FIELD =
  /^(?:idempotency_?(?:key|token|id)|client_?(?:request|reference|order|mutation|token)_?(?:id|key)|request_?(?:id|key)|dedup(?:e|lication)?_?(?:key|id)|nonce)$/i

/** Keys of the request that tell a repetition, and inserts that a repetition does not double. */
export function readIdempotency(scenarios: readonly Scenario[], tables: readonly Table[]): IdempotencyFacts {
  const named = distinct(scenarios.flatMap((scenario) => inputsOf(scenario, isKey)))
  const others = distinct(scenarios.flatMap(storedInputs)).filter((input) => !named.some((key) => isSame(key, input)))
  const natural = others.map((key) => readKey(key, scenarios, tables)).filter((key) => isNaturalKey(key, tables))
  return {
    keys: [...named.map((key) => readKey(key, scenarios, tables)).filter(tellsRepetition), ...natural],
    upserts: distinct(scenarios.flatMap(readUpserts)),
  }
}

function inputsOf(scenario: Scenario, isWanted: (part: Input) => boolean): Input[] {
  const found: Input[] = []
  const look = (part: Expression): boolean => {
    if (part.kind === 'input' && isWanted(part)) found.push(part)
    return false
  }
  for (const { condition } of scenario.decisions) hasPart(condition, look)
  for (const event of scenario.events) for (const shown of expressionsOf(event)) hasPart(shown, look)
  return found
}

function isKey(part: Input): boolean {
  const name = part.path.at(-1) ?? ''
  return part.from === 'headers' ? KEY_HEADER.test(name) : KEY_FIELD.test(name)
}

function readKey(key: Input, scenarios: readonly Scenario[], tables: readonly Table[]): IdempotencyKey {
  const events = scenarios.flatMap((scenario) => scenario.events)
  const queries = events.filter((event) => event.kind === 'db')
  const stored = distinct(queries.flatMap((query) => storedIn(query, key)))
  const calls = events.filter(
    (event) => event.kind === 'external' && expressionsOf(event).some((part) => holds(part, key)),
  )
  return {
    from: key.from,
    path: key.path,
    required: scenarios.some((scenario) => isRefusedWithout(scenario, key)),
    lookedUp: distinct(queries.flatMap((query) => lookedUpIn(query, key))),
    stored: stored.map((place) => ({ ...place, unique: isUnique(place, tables) })),
    forwardedTo: [...new Set(calls.flatMap((call) => (call.kind === 'external' ? [targetOf(call)] : [])))],
    replay: distinctOutcomes(
      scenarios.flatMap((scenario) => readReplay(scenario, key, stored) ?? []),
      ({ by }) => by,
    ),
  }
}

/** What inserts are given of the request. */
function storedInputs({ events }: Scenario): Input[] {
  const values = events.flatMap((event) =>
    event.kind === 'db' && event.operation === 'insert' ? (event.values ?? []) : [],
  )
  return values.flatMap(partsOf).filter((part) => part.kind === 'input')
}

/** A value that is unique by itself: a row that has it already is answered with, instead of a second one. */
function isNaturalKey({ lookedUp, stored, replay }: IdempotencyKey, tables: readonly Table[]): boolean {
  const isAnswered = replay.some(({ by, status }) => by === 'look-up' && (numberOf(status) ?? 500) < 400)
  return (
    isAnswered && stored.some((place) => isUniqueAlone(place, tables) && lookedUp.some((one) => isPlace(one, place)))
  )
}

function isPlace(one: KeyColumn, other: KeyColumn): boolean {
  return one.table === other.table && one.column === other.column
}

/** A number that only goes to a log, or back in the answer, tells nobody of a repetition. */
function tellsRepetition({ from, path, lookedUp, stored }: IdempotencyKey): boolean {
  return from !== 'headers' || !LOG_HEADER.test(path.at(-1) ?? '') || lookedUp.length > 0 || stored.length > 0
}

function holds(expression: Expression, key: Input): boolean {
  return hasPart(expression, (part) => part.kind === 'input' && isSame(part, key))
}

function isRefusedWithout(scenario: Scenario, key: Input): boolean {
  const status = statusOf(scenario)
  if (status === null || status < 400 || status >= 500) return false
  const last = scenario.decisions.at(-1)
  if (!last || !holds(last.condition, key)) return false
  const isMissing = last.condition.kind === 'operation' && /^(?:is nullish|===)$/.test(last.condition.name)
  return isSame(last.condition, key) ? !last.taken : isMissing && last.taken
}

/** `where(eq(payments.key, key))`. */
function lookedUpIn(query: DbEvent, key: Input): KeyColumn[] {
  if (query.operation !== 'select' || !query.where || !holds(query.where, key)) return []
  return partsOf(query.where).flatMap((part) => {
    if (part.kind !== 'operation' || !part.operands.some((operand) => holds(operand, key))) return []
    const column = part.operands.find((operand) => operand.kind === 'column')
    return column?.kind === 'column' ? [{ table: column.table, column: column.column, at: query.at }] : []
  })
}

function storedIn(query: DbEvent, key: Input): KeyColumn[] {
  const { table, values, at } = query
  if (query.operation !== 'insert' || !table || !values) return []
  const rows = values.kind === 'array' ? values.items : [values]
  return rows.flatMap((row) => {
    const fields = row.kind === 'object' ? Object.entries(row.fields) : []
    return fields.flatMap(([column, value]) => (holds(value, key) ? [{ table, column, at }] : []))
  })
}

/** Alone or together with others, e.g. once for each user. */
function isUnique(place: KeyColumn, tables: readonly Table[]): boolean {
  return constraintsOf(place, tables).some((columns) => columns.includes(place.column))
}

function isUniqueAlone(place: KeyColumn, tables: readonly Table[]): boolean {
  return constraintsOf(place, tables).some((columns) => columns.length === 1 && columns[0] === place.column)
}

function constraintsOf(place: KeyColumn, tables: readonly Table[]): (readonly string[])[] {
  const table = tables.find(({ name }) => name === place.table)
  return table ? [table.primaryKey, ...table.uniques.map(({ columns }) => columns)] : []
}

/** How a request is answered whose key is known already. */
function readReplay(
  scenario: Scenario,
  key: Input,
  stored: readonly KeyColumn[],
): IdempotencyKey['replay'][number] | null {
  const queries = scenario.events.filter((event) => event.kind === 'db')
  const lookup = queries.find((query) => lookedUpIn(query, key).length > 0)
  const isFound = lookup && scenario.decisions.some(({ condition, taken }) => saysFound(condition, taken, lookup.id))
  if (isFound && !scenario.events.some((event) => isWrite(event) && event.id > lookup.id))
    return { ...outcomeOf(scenario), by: 'look-up' }
  const insert = queries.find((query) => storedIn(query, key).length > 0)
  if (!insert || stored.length === 0) return null
  const isDuplicate = scenario.decisions.some(
    ({ condition, taken }) =>
      taken && /sqlstate|23505|1062|ER_DUP_ENTRY|SQLITE_CONSTRAINT/.test(JSON.stringify(condition)),
  )
  if (insert.outcome === 'fails' && isDuplicate) return { ...outcomeOf(scenario), by: 'unique column' }
  const isSkipped =
    insert.conflict?.action === 'nothing' &&
    scenario.decisions.some(
      ({ condition, taken }) => !saysFound(condition, taken, insert.id) && mentions(condition, insert.id),
    )
  return isSkipped ? { ...outcomeOf(scenario), by: 'conflict clause' } : null
}

/** Whether the decision means that a query gave a row. */
function saysFound(condition: Expression, taken: boolean, query: number): boolean {
  if (!mentions(condition, query)) return false
  const isNegative = condition.kind === 'operation' && /^(?:!|is nullish|===|rejects)$/.test(condition.name)
  return isNegative ? !taken && !/^\w*rejects/.test(describe(condition)) : taken
}

function mentions(condition: Expression, query: number): boolean {
  return partsOf(condition).some((part) => part.kind === 'result' && part.event === query)
}

function readUpserts(scenario: Scenario): UpsertFact[] {
  return scenario.events.flatMap((event) => {
    if (event.kind !== 'db' || !event.conflict || !event.table) return []
    const { action, target } = event.conflict
    return [{ table: event.table, target, action, ...event.at }]
  })
}
