import { askedParts } from '../scan/expressions.ts'
import type { Dossier, InputSource, Scenario, Shape, Table } from '../scan/types.ts'
import { chooseParam, chooseValue, hintFor, isAbsent, isBeyondGuessing } from './choose-value.ts'
import { evaluateExpression } from './evaluate-expression.ts'
import { expressionsOfScenario, type InputExpression, tableOf } from './expressions.ts'
import { completeShape, guessForColumn, guessForShape } from './guess-value.ts'
import { repairInputs } from './repair-inputs.ts'
import { carrierOf, carry, checkedToken, claimsOf, makeToken, secretIn } from './tokens.ts'
import { readAt, writeAt } from './write-at.ts'

export type Inputs = Readonly<Record<InputSource, Readonly<Record<string, unknown>>>>

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
    const hint = hintFor(dossier, scenario, input)
    const shaped = readAt(inputs[input.from], input.path)
    if ((shaped !== undefined && hint.columns.length === 0) || isAbsent(hint) || isBeyondGuessing(hint)) continue
    writeAt(inputs[input.from], input.path, shaped ?? chooseValue(input, hint, index))
  }
  for (const { from, shape } of shapesOf(scenario)) completeShape(inputs[from], shape)
  for (const name of paramNames(dossier)) inputs.params[name] ??= chooseParam(name)
  const sent = withToken(dossier, scenario, { inputs: asSent(inputs), environment })
  return repairInputs(scenario, sent, environment)
}

/** The request with the token that the scenario needs, where the code reads one and it is known how to sign it. */
function withToken(
  dossier: Dossier,
  scenario: Scenario,
  { inputs, environment }: { inputs: Inputs; environment: Readonly<Record<string, string>> },
): Inputs {
  const check = scenario.decisions.find(({ condition, taken }) => taken && checkedToken(condition))?.condition
  const read = check && checkedToken(check)?.token
  const carrier = read ? carrierOf(read) : null
  if (!read || !carrier || !secretIn(check)) return inputs
  const { from, name } = carrier
  // The test sets one header of cookies, which is then that of the token.
  if (from === 'cookies' && Object.keys(inputs.cookies).some((other) => other !== name)) return inputs
  const claims: Record<string, unknown> = {}
  for (const [index, { path, reads }] of claimsOf(scenario).entries()) {
    const hint = hintFor(dossier, scenario, reads)
    if (!isAbsent(hint)) writeAt(claims, path, chooseValue({ from, path }, hint, index))
  }
  const token = makeToken(claims)
  const carrying = { ...inputs, [from]: { ...inputs[from], [name]: carry(carrier, token) } }
  const found = evaluateExpression(read, { inputs: carrying, environment, results: new Map() })
  return found.known && found.value === token ? carrying : inputs
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
