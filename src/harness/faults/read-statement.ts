import type { ActionShape } from './read-actions.ts'
import { readActions } from './read-actions.ts'
import { isSymbol, isWord, type ValueShape } from './read-expression.ts'
import type { Action, Dialect, Operation, Statement } from './statement.ts'
import { readTokens, type Token } from './tokens.ts'

/** A statement as its SQL alone tells it; `bindParameters` fills in the rest. */
export interface StatementShape {
  readonly sql: string
  /** Where it starts in the text that it was read from. */
  readonly start: number
  readonly operation: Operation
  readonly actions: readonly ActionShape[]
}

/**
 * What each statement of a text does to which tables. Never throws: what it can't read is `other`, and a value that
 * only the database knows is left out.
 */
export function readStatements(sql: string, dialect: Dialect): StatementShape[] {
  const tokens = readTokens(sql, dialect)
  return splitStatements(tokens).map((part) => {
    const start = part[0]?.start ?? 0
    const operation = readOperation(part)
    const text = sql.slice(start, part.at(-1)?.end)
    return { sql: text, start, operation, actions: readActions(part, operation) }
  })
}

export function bindParameters(shape: StatementShape, parameters: readonly unknown[]): Statement {
  const { sql, operation } = shape
  return { sql, parameters, operation, actions: shape.actions.map((action) => bindAction(action, parameters)) }
}

function splitStatements(tokens: readonly Token[]): Token[][] {
  // The body of a routine or trigger has semicolons of its own.
  if (isWord(tokens[0], 'create') && tokens.some((token) => isWord(token, 'trigger', 'function', 'procedure'))) {
    return [[...tokens]]
  }
  const parts: Token[][] = [[]]
  for (const token of tokens) {
    if (isSymbol(token, ';')) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts.filter((part) => part.length > 0)
}

const VERBS: Readonly<Record<string, Operation>> = {
  select: 'select',
  values: 'select',
  table: 'select',
  insert: 'insert',
  replace: 'insert',
  update: 'update',
  delete: 'delete',
  begin: 'begin',
  start: 'begin',
  commit: 'commit',
  end: 'commit',
  rollback: 'rollback',
  abort: 'rollback',
  savepoint: 'savepoint',
  release: 'savepoint',
}

function readOperation(tokens: readonly Token[]): Operation {
  const first = tokens.find((token) => !isSymbol(token, '('))
  if (first?.kind !== 'word') return 'other'
  if (first.value === 'with') return readMainVerb(tokens)
  // `rollback to savepoint a`, `commit prepared 'a'`
  if (first.value === 'rollback' && tokens.some((token) => isWord(token, 'to'))) return 'savepoint'
  if (tokens.some((token) => isWord(token, 'prepared'))) return 'other'
  return Object.hasOwn(VERBS, first.value) ? (VERBS[first.value] ?? 'other') : 'other'
}

/** The verb behind the common table expressions. */
function readMainVerb(tokens: readonly Token[]): Operation {
  let depth = 0
  for (const token of tokens) {
    if (isSymbol(token, '(')) depth += 1
    if (isSymbol(token, ')')) depth -= 1
    if (depth === 0 && isWord(token, 'select', 'insert', 'replace', 'update', 'delete')) {
      return VERBS[token.value] ?? 'other'
    }
  }
  return 'select'
}

function bindAction(action: ActionShape, parameters: readonly unknown[]): Action {
  const { operation, table } = action
  const rows = action.rows.map((row) =>
    Object.fromEntries(
      row.flatMap(({ column, value }) => bindValue(value, parameters).map((bound) => [column, bound])),
    ),
  )
  const conditions = action.conditions.flatMap(({ column, values }) => {
    const bound = values.flatMap((value) => bindValue(value, parameters))
    return bound.length === values.length ? [[column, bound]] : []
  })
  return { operation, table, rows, conditions: Object.fromEntries(conditions) }
}

/** One value, or none where it can't be told. */
function bindValue(value: ValueShape, parameters: readonly unknown[]): unknown[] {
  if (value === null) return []
  if (value.kind === 'literal') return [value.value]
  return value.index in parameters ? [parameters[value.index]] : []
}
