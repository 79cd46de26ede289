import {
  type ConditionShape,
  closeOf,
  isComma,
  isName,
  isSymbol,
  isWord,
  readColumn,
  readConditions,
  readValue,
  splitTokens,
  type ValueShape,
} from './read-expression.ts'
import type { Operation, TableName } from './statement.ts'
import type { Token } from './tokens.ts'

export interface ActionShape {
  readonly operation: Operation
  readonly table: TableName | null
  readonly rows: readonly (readonly { readonly column: string; readonly value: ValueShape }[])[]
  readonly conditions: readonly ConditionShape[]
}

const READS_AND_WRITES = new Set<Operation>(['select', 'insert', 'update', 'delete'])

/** What a statement does, its own verb first; a CTE, a subquery and a join do things of their own. */
export function readActions(tokens: readonly Token[], operation: Operation): ActionShape[] {
  const bare: ActionShape = { operation, table: null, rows: [], conditions: [] }
  if (!READS_AND_WRITES.has(operation)) return [bare]
  const names = readCteNames(tokens)
  const found = tokens
    .flatMap((_, at) => readActionAt(tokens, at))
    .filter(({ table }) => table === null || table.schema !== null || !names.has(table.name))
  const own = found.findIndex((action) => action.operation === operation)
  const first = found[own]
  return first ? [first, ...found.toSpliced(own, 1)] : [bare, ...found]
}

function readCteNames(tokens: readonly Token[]): Set<string> {
  const names = tokens.filter((token, at) => {
    const before = tokens[at - 1]
    if (!isName(token) || !(isWord(before, 'with', 'recursive') || isSymbol(before, ','))) return false
    const afterColumns = isSymbol(tokens[at + 1], '(') ? closeOf(tokens, at + 1) + 1 : at + 1
    if (!isWord(tokens[afterColumns], 'as')) return false
    const body = tokens.slice(afterColumns + 1, afterColumns + 5).find((next) => !isWord(next, 'not', 'materialized'))
    return isSymbol(body, '(')
  })
  return new Set(names.map(({ value }) => value))
}

/** The action whose verb stands at this place, or the tables that are read from here on. */
function readActionAt(tokens: readonly Token[], at: number): ActionShape[] {
  const token = tokens[at]
  const before = tokens[at - 1]
  if (isSymbol(before, '.')) return []
  if (isWord(token, 'insert', 'replace')) {
    const into = tokens.findIndex((other, index) => index > at && isWord(other, 'into'))
    return into > at && into - at <= 3 ? readInsert(tokens, into + 1) : []
  }
  if (isWord(token, 'update')) return isWord(before, 'for', 'key', 'do', 'on') ? [] : readUpdate(tokens, at + 1)
  if (isWord(token, 'delete')) return isWord(tokens[at + 1], 'from') ? readDelete(tokens, at + 2) : []
  const isSource = isWord(token, 'join', 'using') || (isWord(token, 'from') && !isWord(before, 'delete', 'distinct'))
  if (!isSource || !isInQuery(tokens, at)) return []
  const conditions = readWhere(tokens, at)
  return readSources(tokens, at + 1).map((table) => ({ operation: 'select', table, rows: [], conditions }))
}

/** Not so in `extract(year from a)`, nor in `join b using (id)`. */
function isInQuery(tokens: readonly Token[], at: number): boolean {
  if (isWord(tokens[at], 'using') && isSymbol(tokens[at + 1], '(')) return isQueryStart(tokens[at + 2])
  let depth = 0
  for (let index = at; index >= 0; index -= 1) {
    if (isSymbol(tokens[index], ')')) depth += 1
    if (isSymbol(tokens[index], '(')) depth -= 1
    if (depth < 0) return isQueryStart(tokens[index + 1]) || !isWord(tokens[at], 'from')
  }
  return true
}

function isQueryStart(token: Token | undefined): boolean {
  return isWord(token, 'select', 'insert', 'update', 'delete', 'with') || isSymbol(token, '(')
}

const MODIFIERS = ['only', 'lateral', 'ignore', 'low_priority', 'high_priority', 'delayed', 'quick', 'or']
const CONFLICT_MODIFIERS = ['rollback', 'abort', 'fail', 'ignore', 'replace']
const AFTER_TABLE = ['as', 'set', 'where', 'join', 'inner', 'left', 'right', 'full', 'cross', 'natural', 'on', 'using']

/** `only a`, `or ignore a`; but a table may have one of these names, too. */
function isModifier(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1]
  if (!isName(next) || isWord(next, ...AFTER_TABLE, ...CLAUSES)) return false
  if (isWord(tokens[at - 1], 'or')) return isWord(tokens[at], ...CONFLICT_MODIFIERS)
  return isWord(tokens[at], ...MODIFIERS)
}

/** The table at this place and where its name ends; null for a subquery or a function. */
function readTable(tokens: readonly Token[], from: number): { table: TableName; end: number } | null {
  let at = from
  while (isModifier(tokens, at)) at += 1
  const path: string[] = []
  for (let token = tokens[at]; isName(token); token = tokens[at]) {
    path.push(token.value)
    at += 1
    if (!isSymbol(tokens[at], '.')) break
    at += 1
  }
  const name = path.at(-1)
  return name === undefined ? null : { table: { schema: path.at(-2) ?? null, name }, end: at }
}

/** `a, b x, (c join d), (select ...) y, f(1)`: the tables among them. */
function readSources(tokens: readonly Token[], from: number): TableName[] {
  const found: TableName[] = []
  let at = from
  for (;;) {
    const named = readTable(tokens, at)
    if (isSymbol(tokens[at], '(')) {
      if (!isQueryStart(tokens[at + 1])) found.push(...readSources(tokens, at + 1))
      at = closeOf(tokens, at) + 1
    } else if (!named) return found
    else if (isSymbol(tokens[named.end], '(')) at = closeOf(tokens, named.end) + 1
    else {
      found.push(named.table)
      at = named.end
    }
    at = skipAlias(tokens, at)
    if (!isSymbol(tokens[at], ',')) return found
    at += 1
  }
}

function skipAlias(tokens: readonly Token[], from: number): number {
  let at = isWord(tokens[from], 'as') ? from + 1 : from
  if (isName(tokens[at])) at += 1
  return isSymbol(tokens[at], '(') ? closeOf(tokens, at) + 1 : at
}

const CLAUSES = ['returning', 'group', 'having', 'window', 'order', 'limit', 'offset', 'fetch', 'for', 'on', 'lock']
const SETS = ['union', 'intersect', 'except']

/** Up to a word of these outside of any parenthesis, or to where the parenthesis around it closes. */
function readUntil(tokens: readonly Token[], from: number, words: readonly string[]): readonly Token[] {
  let depth = 0
  for (let at = from; at < tokens.length; at += 1) {
    if (isSymbol(tokens[at], '(')) depth += 1
    if (isSymbol(tokens[at], ')')) depth -= 1
    if (depth < 0 || (depth === 0 && isWord(tokens[at], ...words))) return tokens.slice(from, at)
  }
  return tokens.slice(from)
}

function readWhere(tokens: readonly Token[], from: number): ConditionShape[] {
  const before = readUntil(tokens, from, ['where', ...SETS])
  const where = from + before.length
  if (!isWord(tokens[where], 'where')) return []
  return readConditions(readUntil(tokens, where + 1, [...CLAUSES, ...SETS]))
}

function readDelete(tokens: readonly Token[], from: number): ActionShape[] {
  const found = readTable(tokens, from)
  if (!found) return []
  return [{ operation: 'delete', table: found.table, rows: [], conditions: readWhere(tokens, found.end) }]
}

function readUpdate(tokens: readonly Token[], from: number): ActionShape[] {
  const found = readTable(tokens, from)
  if (!found) return []
  const set = found.end + readUntil(tokens, found.end, ['set']).length
  if (!isWord(tokens[set], 'set')) return []
  const rows = [readAssignments(tokens, set + 1)]
  return [{ operation: 'update', table: found.table, rows, conditions: readWhere(tokens, set) }]
}

function readAssignments(tokens: readonly Token[], from: number): ActionShape['rows'][number] {
  const assignments = readUntil(tokens, from, ['where', 'from', ...CLAUSES])
  return splitTokens(assignments, isComma).flatMap((assignment) => {
    const equals = assignment.findIndex((token) => isSymbol(token, '='))
    const column = readColumn(assignment.slice(0, equals))
    return column === null ? [] : [{ column, value: readValue(assignment.slice(equals + 1)) }]
  })
}

function readInsert(tokens: readonly Token[], from: number): ActionShape[] {
  const found = readTable(tokens, from)
  if (!found) return []
  const action = (rows: ActionShape['rows']): ActionShape[] => [
    { operation: 'insert', table: found.table, rows, conditions: [] },
  ]
  const body = found.end + readUntil(tokens, found.end, ['values', 'value', 'set', 'select', 'with']).length
  if (isWord(tokens[body], 'set')) return action([readAssignments(tokens, body + 1)])
  if (!isWord(tokens[body], 'values', 'value')) return action([])
  const list = tokens.findIndex((token, at) => at >= found.end && at < body && isSymbol(token, '('))
  if (list === -1) return action([])
  const columns = splitTokens(tokens.slice(list + 1, closeOf(tokens, list)), isComma).map(readColumn)
  const rows: { column: string; value: ValueShape }[][] = []
  for (let at = body + 1; isSymbol(tokens[at], '('); at = closeOf(tokens, at) + 2) {
    const values = splitTokens(tokens.slice(at + 1, closeOf(tokens, at)), isComma)
    rows.push(
      columns.flatMap((column, index) => (column === null ? [] : [{ column, value: readValue(values[index] ?? []) }])),
    )
  }
  return action(rows)
}
