import { partsOf } from '../scan/expressions.ts'
import type { Column, Dossier, Expression, InputSource, Scenario } from '../scan/types.ts'
import { expressionsOfScenario, tableOf } from './expressions.ts'
import { fingerprint } from './fingerprint.ts'
import { guessForColumn, guessNumber, guessText } from './guess-value.ts'
import type { Json } from './types.ts'

/** What the scenario says of a value that comes with the request. */
interface Hint {
  readonly asked: Expression
  /** The code makes a date of it. */
  readonly isDate: boolean
  readonly columns: readonly Column[]
  readonly conditions: readonly { readonly condition: Expression; readonly taken: boolean }[]
}

export function hintFor(dossier: Dossier, scenario: Scenario, asked: Expression): Hint {
  return {
    asked,
    columns: columnsFor(dossier, scenario, asked),
    conditions: conditionsOn(scenario, asked),
    isDate: becomesDate(scenario, asked),
  }
}

export function chooseParam(name: string): string {
  return /^(?:id|.*Id)$/.test(name) ? String(guessNumber(name)) : guessText(name)
}

function isSame(expression: Expression, asked: Expression): boolean {
  return expression === asked || (expression.kind === asked.kind && fingerprint(expression) === fingerprint(asked))
}

const CONVERSIONS = new Set(
  `Number String Date Boolean parseInt parseFloat toString trim toLowerCase toUpperCase ?? && default
   toInt toFloat toBoolean normalizeEmail escape`.split(/\s+/),
)

function carries(expression: Expression, asked: Expression): boolean {
  if (isSame(expression, asked)) return true
  return (
    expression.kind === 'operation' &&
    CONVERSIONS.has(expression.name) &&
    expression.operands.some((operand) => carries(operand, asked))
  )
}

function columnsFor(dossier: Dossier, scenario: Scenario, asked: Expression): Column[] {
  const written = scenario.events.flatMap((event) => {
    if (event.kind !== 'db' || event.values?.kind !== 'object') return []
    const table = tableOf(dossier, event.table)
    return Object.entries(event.values.fields).flatMap(([key, value]) =>
      carries(value, asked) ? (table?.columns.filter((column) => column.key === key) ?? []) : [],
    )
  })
  const compared = expressionsOfScenario(scenario).flatMap((expression) => {
    const [left, right] = expression.kind === 'operation' && expression.name === 'eq' ? expression.operands : []
    if (left?.kind !== 'column' || !right || !carries(right, asked)) return []
    return tableOf(dossier, left.table)?.columns.filter((column) => column.key === left.column) ?? []
  })
  return [...written, ...compared]
}

function becomesDate(scenario: Scenario, asked: Expression): boolean {
  return expressionsOfScenario(scenario).some(
    (part) =>
      part.kind === 'operation' && part.name === 'Date' && part.operands.some((operand) => carries(operand, asked)),
  )
}

function conditionsOn(scenario: Scenario, asked: Expression): { condition: Expression; taken: boolean }[] {
  return scenario.decisions.filter(({ condition }) => partsOf(condition).some((part) => isSame(part, asked)))
}

/** A column of a type that analysis does not know, which may stay empty. */
export function isBeyondGuessing({ columns, conditions }: Hint): boolean {
  const [column] = columns
  return column?.json === 'unknown' && (!column.notNull || column.hasDefault) && conditions.length === 0
}

/** Whether the scenario is that it is not there. */
export function isAbsent({ asked, conditions }: Hint): boolean {
  return conditions.some(({ condition, taken }) => !taken && (condition.kind === 'input' || isSame(condition, asked)))
}

/** By column, by comparison, by name, in this order. */
export function chooseValue(
  input: { readonly from: InputSource; readonly path: readonly string[] },
  hint: Hint,
  ordinal: number,
): Json {
  const name = input.path.at(-1) ?? ''
  const compared = comparedLiteral(hint) ?? demandedClaim(hint)
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
function comparedLiteral({ asked, conditions }: Hint): string | number | boolean | undefined {
  for (const { condition, taken } of conditions) {
    if (!taken || condition.kind !== 'operation') continue
    const [left, right] = condition.operands
    const isValue = left !== undefined && (left.kind === 'input' || isSame(left, asked))
    if (condition.name === '===' && isValue && right?.kind === 'literal' && right.value !== null) return right.value
    if (condition.name === 'includes' && left?.kind === 'array' && left.items[0]?.kind === 'literal')
      return left.items[0].value ?? undefined
  }
  return undefined
}

/** What a claim has to be: `roles.includes('admin')`, `level >= 3`. An input is tried out until it fits. */
function demandedClaim({ asked, conditions }: Hint): Json | undefined {
  if (asked.kind === 'input') return undefined
  for (const { condition, taken } of conditions) {
    const [left, right] = condition.kind === 'operation' ? condition.operands : []
    if (condition.kind !== 'operation' || !left || right?.kind !== 'literal' || !carries(left, asked)) continue
    const { name } = condition
    if (name === 'includes' && taken && right.value !== null) return [right.value]
    if (typeof right.value !== 'number') continue
    if (taken ? name === '>=' : name === '<') return right.value
    if (taken ? name === '>' : name === '<=') return right.value + 1
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
