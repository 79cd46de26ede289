import { partsOf } from '../scan/expressions.ts'
import type { Expression, InputSource, Scenario } from '../scan/types.ts'
import type { Inputs } from './choose-inputs.ts'
import { evaluateExpression, type World } from './evaluate-expression.ts'
import type { InputExpression } from './expressions.ts'
import { guessNumber, guessText } from './guess-value.ts'
import { writeAt } from './write-at.ts'

type Decision = Scenario['decisions'][number]

/** Changes single inputs until every decision that looks at inputs alone falls as the scenario says, where it can. */
export function repairInputs(
  scenario: Scenario,
  inputs: Inputs,
  environment: Readonly<Record<string, string>>,
): Inputs {
  const isWrong = (decision: Decision, candidate: Inputs): boolean =>
    fallsWrong(decision, { inputs: candidate, environment, results: new Map() })
  const decisions = scenario.decisions.filter(({ condition }) => isAboutInputs(condition))
  let repaired = inputs
  for (const decision of decisions) {
    if (!isWrong(decision, repaired)) continue
    repaired = findRepair({ decisions, decision, inputs: repaired, environment, isWrong }) ?? repaired
  }
  return repaired
}

function isAboutInputs(condition: Expression): boolean {
  const parts = partsOf(condition)
  return parts.some((part) => part.kind === 'input') && !parts.some((part) => part.kind === 'result')
}

function fallsWrong({ condition, taken }: Decision, world: World): boolean {
  const computed = evaluateExpression(condition, world)
  return computed.known && Boolean(computed.value) !== taken
}

interface Repair {
  readonly decisions: readonly Decision[]
  readonly decision: Decision
  readonly inputs: Inputs
  readonly environment: Readonly<Record<string, string>>
  readonly isWrong: (decision: Decision, inputs: Inputs) => boolean
}

/** The first change that mends the decision and spoils none that were right. */
function findRepair({ decisions, decision, inputs, environment, isWrong }: Repair): Inputs | null {
  const right = decisions.filter((other) => !isWrong(other, inputs))
  for (const input of inputsOf(decision.condition)) {
    const compared = valuesBeside(decision.condition, { inputs, environment, results: new Map() })
    for (const value of [...candidatesFor(input, decision.condition), ...compared]) {
      const changed = withInput(inputs, input, value)
      if (!isWrong(decision, changed) && !right.some((other) => isWrong(other, changed))) return changed
    }
  }
  return null
}

/** What the condition compares the input with, e.g. a key from the environment. */
function valuesBeside(condition: Expression, world: World): unknown[] {
  const parts = condition.kind === 'operation' ? condition.operands : []
  return parts.flatMap((part) => {
    const computed = evaluateExpression(part, world)
    return computed.known && typeof computed.value === 'string' ? [computed.value] : []
  })
}

/** The inputs themselves, not what is read of them: `body.items`, not `body.items.length`. */
function inputsOf(condition: Expression): InputExpression[] {
  return partsOf(condition).flatMap((part): InputExpression[] => {
    if (part.kind !== 'input' || part.path.length === 0) return []
    return [part.path.at(-1) === 'length' ? { ...part, path: part.path.slice(0, -1) } : part]
  })
}

function candidatesFor(input: InputExpression, condition: Expression): unknown[] {
  const name = input.path.at(-1) ?? ''
  const literals = partsOf(condition).flatMap((part) => (part.kind === 'literal' ? [part.value] : []))
  const near = literals.flatMap((value) => (typeof value === 'number' ? [value + 1, value - 1] : []))
  const lists = [[guessText(name.replace(/s$/, ''))], []]
  const texts = literals.flatMap((value) =>
    typeof value === 'number' && value > 0 && value < 300 ? ['x'.repeat(value + 1)] : [],
  )
  const isText = partsOf(condition).some((part) => part.kind === 'operation' && part.name === 'malformed JSON')
  return [
    ...(isText ? ['{}', '[]', '{'] : []),
    undefined,
    ...literals,
    ...near,
    guessNumber(name),
    guessText(name),
    ...texts,
    true,
    false,
    1,
    0,
    '',
    ...lists,
    {},
    null,
  ]
}

export function withInput(inputs: Inputs, input: InputExpression, value: unknown): Inputs {
  const from: InputSource = input.from
  const source: Record<string, unknown> = structuredClone(inputs[from])
  const sent = from === 'body' || value === undefined || value === null ? value : String(value)
  if (sent === undefined && input.path.length === 1) {
    const kept = Object.entries(source).filter(([key]) => key !== input.path[0])
    return { ...inputs, [from]: Object.fromEntries(kept) }
  }
  writeAt(source, input.path, sent)
  return { ...inputs, [from]: source }
}
