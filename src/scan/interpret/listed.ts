import type { Expression } from '../types.ts'
import type { Run } from './machine.ts'

/** `['a', 'b'].includes(x)` says of `x` that it is one of them, or that it is neither. */
export function rememberList(run: Run, condition: Expression, taken: boolean): void {
  if (condition.kind !== 'operation' || condition.name !== 'includes') return
  const [list, subject] = condition.operands
  if (list?.kind !== 'array' || list.open || !subject || !list.items.every(({ kind }) => kind === 'literal')) return
  if (taken) run.oneOf.set(run.keyOf(subject), list.items)
  else for (const item of list.items) run.known.set(run.keyOf(isEqual(subject, item)), false)
}

function isEqual(expression: Expression, equals: Expression): Expression {
  return { kind: 'operation', name: '===', operands: [expression, equals] }
}

/** Whether it is the one of a list that is left, or none of it. */
export function listedAnswer(
  run: Run,
  { expression, equals }: { expression: Expression; equals: Expression },
): boolean | null {
  const listed = run.oneOf.get(run.keyOf(expression))
  if (!listed) return null
  const left = listed.filter((item) => run.known.get(run.keyOf(isEqual(expression, item))) !== false)
  if (!left.some((item) => run.keyOf(item) === run.keyOf(equals))) return false
  return left.length === 1 ? true : null
}
