import type { Machine } from '../../interpret/machine.ts'
import { ts } from '../../syntax/syntax.ts'
import { applyCasing } from '../../tables/casing.ts'
import type { Casing, Dialect, Expression } from '../../types.ts'

export interface SqlContext {
  readonly machine: Machine
  readonly casing: Casing | null
  readonly dialect: Dialect
}

/** The text that Drizzle sends for `sql\`...\`` and for its operators, values inlined; null where only a run knows it. */
export function sqlText(context: SqlContext, expression: Expression): string | null {
  switch (expression.kind) {
    case 'literal':
      return literalText(expression.value)
    case 'column':
      return columnText(context, expression)
    case 'operation':
      return operationText(context, expression)
    default:
      return null
  }
}

function literalText(value: string | number | boolean | null): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)
}

function columnText(context: SqlContext, { table, column }: { table: string; column: string }): string | null {
  const found = context.machine.tables.get(table)
  const own = found?.columns.find(({ key }) => key === column)
  if (!found || !own) return null
  const name = found.unnamed.has(column) ? applyCasing(own.name, context.casing) : own.name
  const quote = context.dialect === 'mysql' ? '`' : '"'
  const parts = [...(found.schema === null ? [] : [found.schema]), found.sqlName, name]
  return parts.map((part) => `${quote}${part}${quote}`).join('.')
}

type Operation = Extract<Expression, { kind: 'operation' }>

const INFIX: Readonly<Record<string, string>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  like: 'like',
}
const POSTFIX: Readonly<Record<string, string>> = { isNull: 'is null', isNotNull: 'is not null' }

function operationText(context: SqlContext, { name, operands }: Operation): string | null {
  const [first, ...rest] = operands
  if (first?.kind === 'literal' && typeof first.value === 'string') {
    if (/(?:^|\.)raw$/.test(name)) return first.value
    if (/(?:^|\.)sql$/.test(name)) return templateText(context, first.value, rest)
  }
  const parts = operands.map((operand) => sqlText(context, operand))
  const known = parts.filter((part) => part !== null)
  if (known.length < parts.length) return null
  const [left, right] = known
  if (name === 'and' || name === 'or') return known.length > 1 ? `(${known.join(` ${name} `)})` : (left ?? null)
  if (name === 'not') return `not ${left}`
  if (name in INFIX && right !== undefined) return `${left} ${INFIX[name]} ${right}`
  return name in POSTFIX ? `${left} ${POSTFIX[name]}` : null
}

function templateText(context: SqlContext, text: string, values: readonly Expression[]): string | null {
  const [head, ...rest] = templateWords(text) ?? []
  if (head === undefined) return null
  const spans = rest.map((words, index) => {
    const value = values[index]
    const shown = value ? sqlText(context, value) : null
    return shown === null ? null : shown + words
  })
  return spans.includes(null) ? null : head + spans.join('')
}

/** What stands around the holes of a template that is given as it is written, with its backticks; null for other text. */
export function templateWords(text: string): string[] | null {
  const statement = ts.createSourceFile('sql.ts', text, ts.ScriptTarget.Latest).statements[0]
  const template = statement && ts.isExpressionStatement(statement) ? statement.expression : null
  if (!template) return null
  if (ts.isNoSubstitutionTemplateLiteral(template)) return [template.text]
  if (!ts.isTemplateExpression(template)) return null
  return [template.head.text, ...template.templateSpans.map((span) => span.literal.text)]
}
