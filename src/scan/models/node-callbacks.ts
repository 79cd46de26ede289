import { type Call, callFunctionLike } from '../interpret/call.ts'
import type { Machine } from '../interpret/machine.ts'
import { literal, operation, type PromiseValue, type Value } from '../interpret/values.ts'

/** `send(mail, (error, info) => ...)` never throws: it tells the callback. */
export function takesNodeCallback({ args }: Call): boolean {
  const last = args.at(-1)
  if (last?.kind !== 'function') return false
  const [first] = last.node.parameters
  const name = first?.name.getText() ?? ''
  return last.node.parameters.length >= 2 ? /^_?e/i.test(name) : /^_?(?:e|err|error)$/i.test(name)
}

/** Tells it of the failure, or of the answer. The promise of a callback that fails itself. */
export function tellCallback(
  machine: Machine,
  { args, node }: Call,
  { error, value }: { error: Value | null; value: Value },
): PromiseValue | null {
  const callback = args.at(-1)
  if (callback?.kind !== 'function') return null
  const others = callback.node.parameters.slice(2).map((_, index) => operation('callback argument', literal(index + 2)))
  const told = error ? [error] : [literal(null), value, ...others]
  const answer = callFunctionLike(machine, { callee: callback, self: null, args: told, node })
  return answer.kind === 'promise' && answer.state === 'rejected' ? answer : null
}
