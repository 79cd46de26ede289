import { express } from '../../interpret/express-value.ts'
import type { Value } from '../../interpret/values.ts'
import type { Expression } from '../../types.ts'
import type { Bindings, SqlPart } from '../sql/tokens.ts'
import { templateWords } from './sql-text.ts'

/** The pieces of a statement that the code makes as one text, or with Drizzle's `sql`. */
export function partsOfText(text: Expression): SqlPart[] {
  if (text.kind === 'literal') return [{ kind: 'text', text: typeof text.value === 'string' ? text.value : '' }]
  if (text.kind !== 'operation') return [{ kind: 'splice', value: text }]
  const { name, operands } = text
  if (name === 'concat' || name === '+') return operands.flatMap(partOfSum)
  if (name === 'table') return tablePart(operands)
  if (/(?:^|\.)sql$/.test(name)) return partsOfTemplate(operands)
  if (name === 'join') return partsOfList(operands)
  if (/(?:^|\.)raw$/.test(name)) return operands.slice(0, 1).flatMap(partsOfText)
  return [{ kind: 'splice', value: text }]
}

function partOfSum(part: Expression): SqlPart[] {
  if (part.kind === 'literal') return [{ kind: 'text', text: String(part.value) }]
  return part.kind === 'operation' ? partsOfText(part) : [{ kind: 'splice', value: part }]
}

function tablePart([name]: readonly Expression[]): SqlPart[] {
  return name?.kind === 'literal' ? [{ kind: 'table', name: String(name.value) }] : []
}

function partsOfTemplate([text, ...holes]: readonly Expression[]): SqlPart[] {
  const words = text?.kind === 'literal' && typeof text.value === 'string' ? templateWords(text.value) : null
  if (!words) return text ? [{ kind: 'splice', value: text }] : []
  return weave(
    words,
    holes.map((hole) => partsOfHole(hole)),
  )
}

/** The words of a template with what stands in its holes. */
export function weave(words: readonly string[], holes: readonly (readonly SqlPart[])[]): SqlPart[] {
  return words.flatMap((text, index): SqlPart[] => [{ kind: 'text', text }, ...(holes[index] ?? [])])
}

/** `sql.join(parts, sql\`, \`)`. */
function partsOfList([list, separator]: readonly Expression[]): SqlPart[] {
  if (list?.kind !== 'array' || list.open) return list ? [{ kind: 'splice', value: list }] : []
  const between = separator ? partsOfHole(separator) : []
  return list.items.flatMap((item, index) => [...(index > 0 ? between : []), ...partsOfHole(item)])
}

const OPERATORS =
  /^(?:eq|ne|and|or|not|gte?|lte?|i?like|not(?:Like|ILike|InArray|Between)|inArray|isNull|isNotNull|between|asc|desc|exists|count|sum|avg|min|max)$/

/** Methods of SQL that only name it, or say how its value is read. */
export function staysSql(expression: Expression, method: string): boolean {
  const isSql =
    expression.kind === 'operation' && (/(?:^|\.)sql$/.test(expression.name) || OPERATORS.test(expression.name))
  return isSql && /^(?:as|mapWith|inlineParams|getSQL)$/.test(method)
}

/** Drizzle binds what it does not know as a part of SQL. */
function partsOfHole(hole: Expression): SqlPart[] {
  if (hole.kind === 'column') return [{ kind: 'expression', value: hole }]
  if (hole.kind !== 'operation') return [{ kind: 'bound', value: hole }]
  if (/^(?:table|join)$|(?:^|\.)(?:sql|raw)$/.test(hole.name)) return partsOfText(hole)
  const [first] = hole.operands
  if (hole.name === 'identifier' && first?.kind === 'literal') return [{ kind: 'text', text: `"${first.value}"` }]
  if (/^(?:query|identifier|package)$/.test(hole.name)) return [{ kind: 'splice', value: hole }]
  return [OPERATORS.test(hole.name) ? { kind: 'expression', value: hole } : { kind: 'bound', value: hole }]
}

/** What a driver is handed beside the text: one list, an object of named values, or the values one by one. */
export function bindingsOf(given: readonly Value[]): Bindings {
  const [first] = given
  if (given.length === 1 && first?.kind === 'array')
    return { list: first.open ? null : first.items.map((item) => express(item)), named: null }
  const named = first?.kind === 'object' && !first.open ? express(first) : null
  return {
    list: first?.kind === 'package' ? null : given.map((value) => express(value)),
    named: named?.kind === 'object' ? named.fields : null,
  }
}
