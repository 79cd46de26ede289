import { brief } from '../syntax/syntax.ts'
import type { EnvironmentRule, Expression } from '../types.ts'
import type { LengthCheck } from './boot-log.ts'
import { howConditionEnds } from './endings.ts'

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** `secret.length >= 32`, either way round: how long the text of a variable has to be. */
export function readLengthCheck(condition: Expression): Pick<LengthCheck, 'name' | 'min' | 'whenShort'> | null {
  if (condition.kind !== 'operation') return null
  const [left, right] = condition.operands
  const mirrored = MIRRORED[condition.name]
  if (!left || !right || mirrored === undefined) return null
  if (left.kind === 'literal') return boundOf(mirrored, right, left.value)
  return right.kind === 'literal' ? boundOf(condition.name, left, right.value) : null
}

function boundOf(operator: string, length: Expression, bound: unknown): ReturnType<typeof readLengthCheck> {
  const name = measured(length)
  if (name === null || typeof bound !== 'number') return null
  const isStrict = operator === '>' || operator === '<='
  return { name, min: isStrict ? bound + 1 : bound, whenShort: operator.startsWith('<') }
}

/** The variable whose text, trimmed or not, is measured. */
function measured(length: Expression): string | null {
  if (length.kind !== 'operation' || length.name !== 'member') return null
  const [text, name] = length.operands
  if (name?.kind !== 'literal' || name.value !== 'length') return null
  const inner = text?.kind === 'operation' && /^(?:trim|String|\?\?)$/.test(text.name) ? text.operands[0] : text
  return inner?.kind === 'env' ? inner.name : null
}

/** What the checks by hand of a variable say, with how long it has to be to be taken. */
export function lengthRule(checks: readonly LengthCheck[], other: EnvironmentRule | null): EnvironmentRule | null {
  const [check] = checks
  if (!check) return other
  const ending = howConditionEnds(check.node, check.whenShort)
  const kept = { optional: false, nullable: false, refined: false, parsed: null, checks: [] }
  const text = { max: null, format: null, pattern: null, coerced: false }
  return {
    by: 'code',
    shape: { ...kept, ...text, type: 'string', min: check.min },
    text: brief(check.node),
    required: other?.required ?? (ending ? true : null),
    default: null,
    whenMissing: other?.whenMissing ?? ending ?? 'undefined',
  }
}
