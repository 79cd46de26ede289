import type { Expression } from '../types.ts'

interface Answered {
  readonly condition: Expression
  readonly taken: boolean
}

/** Of `a && b` that holds, both do; of `a || b` that does not, neither does. */
export function impliedParts(condition: Expression, taken: boolean): Answered[] {
  if (condition.kind !== 'operation' || condition.name !== (taken ? '&&' : '||')) return []
  const parts = condition.operands.map((operand) => unwrap({ condition: operand, taken }))
  return parts.filter((part) => part.condition.kind !== 'literal')
}

/** What is known of `a && b` from what was decided of its sides, the other way round. */
export function logicalAnswer(condition: Expression, ask: (condition: Expression) => boolean | null): boolean | null {
  if (condition.kind !== 'operation' || !/^(?:&&|\|\|)$/.test(condition.name)) return null
  const settling = condition.name === '||'
  const answers = condition.operands.map((operand) => {
    const { condition: asked, taken } = unwrap({ condition: operand, taken: true })
    const known = ask(asked)
    return known === null ? null : known === taken
  })
  if (answers.includes(settling)) return settling
  return answers.includes(null) ? null : !settling
}

/** Whether a number was found to be more than none: `count < 2` is not the case. */
export function isAboveNone(condition: Expression, taken: boolean): boolean {
  if (condition.kind !== 'operation') return false
  const least = condition.operands[1]
  if (least?.kind !== 'literal' || typeof least.value !== 'number') return false
  if (condition.name === (taken ? '>' : '<=')) return least.value >= 0
  return condition.name === (taken ? '>=' : '<') && least.value > 0
}

/** The same said without `!`. */
function unwrap({ condition, taken }: Answered): Answered {
  const { name, operand } = wrapper(condition)
  return operand ? unwrap({ condition: operand, taken: name === '!' ? !taken : taken }) : { condition, taken }
}

/** What a condition asks in other words: `!x`, `Boolean(x)`, `x ?? null`, `x || ''`. */
export function wrapper(expression: Expression): { name: string | null; operand: Expression | null } {
  if (expression.kind !== 'operation') return { name: null, operand: null }
  const { name, operands } = expression
  const [first = null, second] = operands
  const isFallback = (name === '??' || name === '||') && second !== undefined && isEmpty(second)
  const isWrapper = name === '!' || name === '!!' || name === 'Boolean' || isFallback
  return { name, operand: isWrapper ? first : null }
}

export function isEmpty(expression: Expression): boolean {
  return expression.kind === 'undefined' || (expression.kind === 'literal' && !expression.value)
}
