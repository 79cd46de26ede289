import { express } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import { noteUnresolved } from '../../interpret/machine.ts'
import { type DbValue, knownString, type QueryValue, symbol, type Value } from '../../interpret/values.ts'
import { ts } from '../../syntax/syntax.ts'
import type { Dialect } from '../../types.ts'
import { leaf, readCondition } from '../sql/conditions.ts'
import { readStatement, type SqlStatement } from '../sql/statements.ts'
import { type Bindings, isMark, keywordOf, readTokens, type SqlPart, type SqlToken, splitBy } from '../sql/tokens.ts'
import { startQuery } from './queries.ts'
import type { RawAnswer } from './raw-answers.ts'
import { readConflict, readInsert, readLimits, readOrder, readProjection, readSet } from './raw-clauses.ts'
import { bindingsOf, partsOfText } from './raw-parts.ts'
import { dialectOfDriver, finderFor, findTable } from './raw-tables.ts'

export interface RawStart {
  readonly parts: readonly SqlPart[]
  readonly bindings: Bindings
  /** The statement as the code has it. */
  readonly text: Value | null
  /** What is bound, where it is given beside the text. */
  readonly given: Value | null
  readonly answer: RawAnswer
  readonly node: ts.Node
}

/** A statement as text: what of it can be read stands there as if Drizzle's own methods had made it. */
export function startRaw(machine: Machine, owner: DbValue, start: RawStart): QueryValue {
  const dialect = dialectOfDriver(owner.driver)
  const tokens = readTokens(start.parts, { bindings: checked(start), dialect })
  const statements = splitBy(tokens, (token) => isMark(token, ';')).filter(({ length }) => length > 0)
  const read = statements.map(readStatement)
  const [statement] = read
  const query = startQuery(owner, { operation: 'raw', node: start.node })
  const raw: QueryValue = { ...query, parts: start.parts, answer: start.answer, values: start.given }
  if (!statement || read.length > 1 || statement.verb === 'raw') {
    const where = start.text ?? symbol(leaf(tokens))
    return { ...raw, where, named: null, joins: tablesOf(machine, read, { dialect, node: start.node }) }
  }
  return { ...raw, values: null, ...readQuery(machine, statement, { dialect, node: start.node }) }
}

/** Which value belongs to which `?` can't be told where their number is another one, or where text may hold some more. */
function checked({ parts, bindings, node }: RawStart): Bindings {
  const questions = parts.flatMap((part) => (part.kind === 'text' ? (part.text.match(/\?(?!\d)/g) ?? []) : [])).length
  const given = bindings.list?.length ?? 0
  const hasSplice = parts.some(({ kind }) => kind === 'splice')
  const hasSpread = ts.isCallExpression(node) && node.arguments.some((argument) => ts.isSpreadElement(argument))
  const isSure = hasSplice ? !hasSpread && given >= questions : given === questions
  return questions === 0 || isSure ? bindings : { ...bindings, list: null }
}

interface Place {
  readonly dialect: Dialect | null
  readonly node: ts.Node
}

function tablesOf(machine: Machine, statements: readonly SqlStatement[], place: Place): string[] {
  const labels = statements.flatMap(({ sources }) => sources.map((source) => findTable(machine, source, place).label))
  return [...new Set(labels)]
}

function readQuery(machine: Machine, statement: SqlStatement, place: Place): Partial<QueryValue> {
  const { verb, clauses, sources, own } = statement
  const tables = sources.map((source) => findTable(machine, source, place))
  const [main, ...others] = tables
  const owned = tables.slice(0, own)
  const scope = { machine, statement, tables: owned, find: finderFor(machine, owned), dialect: place.dialect }
  const returning = clauses.get('returning')
  if (statement.isOpen) noteUnresolved(machine, 'a part of this statement is text that only a run knows', place.node)
  const joins = [...new Set(others.map(({ label }) => label))]
  return {
    operation: verb,
    table: main?.table ?? null,
    named: main?.label ?? null,
    joins: main ? joins : [],
    joined: statement.isJoined,
    where: whereOf(statement, scope.find),
    returns: verb === 'select' || returning !== undefined,
    projection: readProjection(scope, verb === 'select' ? clauses.get('select') : returning),
    values: verb === 'insert' ? readInsert(scope) : verb === 'update' ? readSet(scope, clauses.get('set') ?? []) : null,
    ...readLimits(scope),
    orderBy: readOrder(scope),
    locks: lockOf(clauses.get('for')),
    conflict: verb === 'insert' ? readConflict(scope) : null,
  }
}

/** Text of a run that stands after the tables may be a condition. */
function whereOf({ clauses, isOpen }: SqlStatement, find: Parameters<typeof readCondition>[1]): Value | null {
  const where = clauses.get('where')
  if (where) return symbol(readCondition(where, find))
  const spliced = (clauses.get('from') ?? []).filter(({ kind }) => kind === 'splice')
  return isOpen && spliced.length > 0 ? symbol(leaf(spliced)) : null
}

function lockOf(tokens: readonly SqlToken[] | undefined): string | null {
  if (!tokens) return null
  const strength = tokens.map(keywordOf).filter((word) => /^(?:UPDATE|SHARE|NO|KEY)$/.test(word))
  return strength.join(' ').toLowerCase()
}

/** A statement that is given as a text or as Drizzle's `sql`, with the values for its placeholders. */
export function rawOfText(given: readonly Value[], options: { answer: RawAnswer; node: ts.Node }): RawStart {
  const [statement, ...rest] = given
  // `query({ text, values })` of pg.
  const text = statement?.kind === 'object' ? (fieldOf(statement, ['text', 'sql', 'sqlQuery']) ?? statement) : statement
  const bound = statement?.kind === 'object' ? fieldOf(statement, ['values', 'args']) : undefined
  const values = [...(bound ? [bound] : []), ...rest].filter(({ kind }) => kind !== 'function')
  const [only] = values
  return {
    ...options,
    parts: text ? partsOfText(express(text)) : [],
    bindings: bindingsOf(values),
    text: text ?? null,
    given: values.length === 1 ? (only ?? null) : null,
  }
}

function fieldOf(value: Extract<Value, { kind: 'object' }>, names: readonly string[]): Value | undefined {
  return names.map((name) => value.fields.get(name)).find((field) => field !== undefined)
}

/** The verb of a statement that begins or ends a transaction; null for any other. */
export function transactionVerb(text: Value | undefined): 'begin' | 'commit' | 'rollback' | null {
  const words = knownString(text)?.trim().toLowerCase() ?? ''
  if (/^(?:begin|start\s+transaction)\b/.test(words)) return /;\s*\S/.test(words) ? null : 'begin'
  if (/^(?:commit|end)\b\s*(?:transaction|work)?\s*;?$/.test(words)) return 'commit'
  return /^rollback\b\s*(?:transaction|work)?\s*;?$/.test(words) ? 'rollback' : null
}
