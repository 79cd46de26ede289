import { askedParts, partsOf } from '../scan/expressions.ts'
import type { Column, Dossier, Expression, InputSource, Scenario, Shape, Table } from '../scan/types.ts'
import { expressionsOfScenario, type InputExpression, tableOf } from './expressions.ts'
import { completeShape, guessForColumn, guessForShape, guessNumber, guessText } from './guess-value.ts'
import { repairInputs } from './repair-inputs.ts'
import type { Json } from './types.ts'
import { readAt, writeAt } from './write-at.ts'

export type Inputs = Readonly<Record<InputSource, Readonly<Record<string, unknown>>>>

interface Hint {
  /** The code makes a date of it. */
  readonly isDate: boolean
  readonly columns: readonly Column[]
  readonly conditions: readonly { readonly condition: Expression; readonly taken: boolean }[]
}

/** A request that should take the scenario's way: values by validator, by column, by comparison, by name, in this order. */
export function chooseInputs(
  dossier: Dossier,
  scenario: Scenario,
  environment: Readonly<Record<string, string>>,
): Inputs {
  const inputs: Record<InputSource, Record<string, unknown>> = {
    body: {},
    query: {},
    params: {},
    headers: {},
    cookies: {},
  }
  for (const { from, shape } of shapesOf(scenario))
    Object.assign(inputs[from], shape.type === 'object' ? guessForShape(shape, '') : {})
  for (const { from, path, table } of wholeRows(dossier, scenario)) fillRow(inputs[from], path, table)
  for (const [index, input] of leafInputs(scenario).entries()) {
    const hint = {
      columns: columnsFor(dossier, scenario, input),
      conditions: conditionsOn(scenario, input),
      isDate: becomesDate(scenario, input),
    }
    const shaped = readAt(inputs[input.from], input.path)
    if ((shaped !== undefined && hint.columns.length === 0) || isAbsent(hint) || isBeyondGuessing(hint)) continue
    writeAt(inputs[input.from], input.path, shaped ?? chooseValue(input, hint, index))
  }
  for (const { from, shape } of shapesOf(scenario)) completeShape(inputs[from], shape)
  for (const name of paramNames(dossier)) inputs.params[name] ??= chooseParam(name)
  return repairInputs(scenario, asSent(inputs), environment)
}

/** Query, parameters and headers travel as text. */
export function asSent(inputs: Inputs): Inputs {
  const text = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        value === undefined || value === null ? undefined : String(value),
      ]),
    )
  return {
    body: JSON.parse(JSON.stringify(inputs.body)),
    query: text(inputs.query),
    params: text(inputs.params),
    headers: text(inputs.headers),
    cookies: text(inputs.cookies),
  }
}

/** Inputs that are stored as a row without being taken apart: `values(req.body)`, `values({ ...req.body, userId })`. */
function wholeRows(
  dossier: Dossier,
  scenario: Scenario,
): { from: InputSource; path: readonly string[]; table: Table }[] {
  return scenario.events.flatMap((event) => {
    const table = event.kind === 'db' && event.operation === 'insert' ? tableOf(dossier, event.table) : null
    if (event.kind !== 'db' || !table || !event.values) return []
    const spreads =
      event.values.kind === 'object'
        ? Object.entries(event.values.fields).flatMap(([key, field]) => (key.startsWith('...') ? [field] : []))
        : [event.values]
    return spreads.flatMap((expression) => {
      const source =
        expression.kind === 'operation' && expression.name === 'without' ? expression.operands[0] : expression
      return source?.kind === 'input' ? [{ from: source.from, path: source.path, table }] : []
    })
  })
}

/** Gives every column that needs a value one, where the validator has not yet. */
function fillRow(target: Record<string, unknown>, path: readonly string[], table: Table): void {
  for (const [index, column] of table.columns.entries()) {
    const place = [...path, column.key]
    if (column.hasDefault || !column.notNull || readAt(target, place) !== undefined) continue
    writeAt(target, place, guessForColumn(column, column.key, index))
  }
}

function paramNames(dossier: Dossier): string[] {
  return [...dossier.route.path.matchAll(/:(\w+)/g)].flatMap((match) => match[1] ?? [])
}

function chooseParam(name: string): string {
  return /^(?:id|.*Id)$/.test(name) ? String(guessNumber(name)) : guessText(name)
}

function shapesOf(scenario: Scenario): { from: InputSource; shape: Shape }[] {
  return scenario.decisions.flatMap(({ condition }) => {
    const [subject, schema] = condition.kind === 'operation' && condition.name === 'fits' ? condition.operands : []
    if (schema?.kind !== 'shape' || !subject) return []
    // `schema.parse({ body: req.body, params: req.params })`: one schema over several inputs.
    return askedParts(subject, schema.shape).flatMap(({ part, shape }) =>
      part.kind === 'input' && part.path.length === 0 ? [{ from: part.from, shape }] : [],
    )
  })
}

/** Inputs of the scenario without those that only lead to others: `body.user` when `body.user.id` is read. */
function leafInputs(scenario: Scenario): InputExpression[] {
  const all = new Map<string, InputExpression>()
  for (const expression of expressionsOfScenario(scenario)) {
    if (expression.kind !== 'input') continue
    // A length is the length of something: `body.items`, not `body.items.length`.
    const path = expression.path.at(-1) === 'length' ? expression.path.slice(0, -1) : expression.path
    if (path.length > 0) all.set(`${expression.from}.${path.join('.')}`, { ...expression, path })
  }
  return [...all]
    .filter(([key]) => ![...all.keys()].some((other) => other.startsWith(`${key}.`)))
    .map(([, input]) => input)
}

function isSame(expression: Expression, input: InputExpression): boolean {
  return (
    expression.kind === 'input' && expression.from === input.from && expression.path.join('.') === input.path.join('.')
  )
}

const CONVERSIONS = new Set(
  `Number String Date Boolean parseInt parseFloat toString trim toLowerCase toUpperCase ?? && default
   toInt toFloat toBoolean normalizeEmail escape`.split(/\s+/),
)

function carries(expression: Expression, input: InputExpression): boolean {
  if (isSame(expression, input)) return true
  return (
    expression.kind === 'operation' &&
    CONVERSIONS.has(expression.name) &&
    expression.operands.some((operand) => carries(operand, input))
  )
}

function columnsFor(dossier: Dossier, scenario: Scenario, input: InputExpression): Column[] {
  const written = scenario.events.flatMap((event) => {
    if (event.kind !== 'db' || event.values?.kind !== 'object') return []
    const table = tableOf(dossier, event.table)
    return Object.entries(event.values.fields).flatMap(([key, value]) =>
      carries(value, input) ? (table?.columns.filter((column) => column.key === key) ?? []) : [],
    )
  })
  const compared = expressionsOfScenario(scenario).flatMap((expression) => {
    const [left, right] = expression.kind === 'operation' && expression.name === 'eq' ? expression.operands : []
    if (left?.kind !== 'column' || !right || !carries(right, input)) return []
    return tableOf(dossier, left.table)?.columns.filter((column) => column.key === left.column) ?? []
  })
  return [...written, ...compared]
}

function becomesDate(scenario: Scenario, input: InputExpression): boolean {
  return expressionsOfScenario(scenario).some(
    (part) =>
      part.kind === 'operation' && part.name === 'Date' && part.operands.some((operand) => carries(operand, input)),
  )
}

function conditionsOn(scenario: Scenario, input: InputExpression): { condition: Expression; taken: boolean }[] {
  return scenario.decisions.filter(({ condition }) => partsOf(condition).some((part) => isSame(part, input)))
}

/** A column of a type that analysis does not know, which may stay empty. */
function isBeyondGuessing({ columns, conditions }: Hint): boolean {
  const [column] = columns
  return column?.json === 'unknown' && (!column.notNull || column.hasDefault) && conditions.length === 0
}

function isAbsent({ conditions }: Hint): boolean {
  return conditions.some(({ condition, taken }) => condition.kind === 'input' && !taken)
}

function chooseValue(input: InputExpression, hint: Hint, ordinal: number): Json {
  const name = input.path.at(-1) ?? ''
  const compared = comparedLiteral(hint)
  if (compared !== undefined) return compared
  if (hint.isDate) return guessText('someDate')
  const [column] = hint.columns
  if (column) return guessForColumn(column, name, ordinal)
  if (usesNumber(hint)) return guessNumber(name)
  if (hint.conditions.some(({ condition, taken }) => taken && operationName(condition) === 'Array.isArray'))
    return [guessText(name)]
  if (input.from === 'params') return chooseParam(name)
  return /cents|amount|price|quantity|qty|count|total/i.test(name) ? guessNumber(name) : guessText(name)
}

function operationName(expression: Expression): string {
  return expression.kind === 'operation' ? expression.name : ''
}

/** `role === 'admin'` that must hold, `['a', 'b'].includes(role)` that must hold. */
function comparedLiteral({ conditions }: Hint): string | number | boolean | undefined {
  for (const { condition, taken } of conditions) {
    if (!taken || condition.kind !== 'operation') continue
    const [left, right] = condition.operands
    if (condition.name === '===' && left?.kind === 'input' && right?.kind === 'literal' && right.value !== null)
      return right.value
    if (condition.name === 'includes' && left?.kind === 'array' && left.items[0]?.kind === 'literal')
      return left.items[0].value ?? undefined
  }
  return undefined
}

const NUMERIC = new Set(['isInteger', 'isFinite', 'isSafeInteger', '<', '<=', '>', '>=', '-', '*', '/', '%', 'isNaN'])

function usesNumber({ conditions }: Hint): boolean {
  return conditions.some(({ condition, taken }) => {
    const parts = partsOf(condition)
    if (parts.some((part) => NUMERIC.has(operationName(part)))) return true
    const [left, right] = condition.kind === 'operation' && condition.name === '===' ? condition.operands : []
    return (
      taken &&
      left !== undefined &&
      operationName(left) === 'typeof' &&
      right?.kind === 'literal' &&
      right.value === 'number'
    )
  })
}
