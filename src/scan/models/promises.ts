import { awaitValue, callFunctionLike, settle } from '../call.ts'
import { type Machine, Thrown } from '../machine.ts'
import { fulfilled, native, operation, type PromiseValue, rejected, UNDEFINED, type Value } from '../values.ts'
import { settleAll } from './arrays.ts'

export function promiseMember(machine: Machine, owner: PromiseValue, name: string): Value {
  if (name !== 'then' && name !== 'catch' && name !== 'finally') return UNDEFINED
  return native(name, ([first, second], node) => {
    const onFulfilled = name === 'then' ? first : undefined
    const onRejected = name === 'catch' ? first : second
    const callback = owner.state === 'fulfilled' ? onFulfilled : onRejected
    if (name === 'finally' && first) callFunctionLike(machine, { callee: first, self: null, args: [], node })
    if (!callback || callback.kind === 'literal') return owner
    return settle(machine, () =>
      awaitValue(machine, callFunctionLike(machine, { callee: callback, self: null, args: [owner.value], node }), node),
    )
  })
}

export function promiseStatics(machine: Machine): Value {
  const construct = native(
    'Promise',
    ([executor], node) => {
      let settled: PromiseValue | null = null
      const resolve = native('resolve', ([value]) => {
        settled ??= fulfilled(value ?? UNDEFINED)
        return UNDEFINED
      })
      const reject = native('reject', ([value]) => {
        settled ??= rejected(value ?? UNDEFINED)
        return UNDEFINED
      })
      if (executor) runExecutor(machine, executor, [resolve, reject], node)
      return settled ?? fulfilled(operation('promise'))
    },
    [
      ['resolve', native('Promise.resolve', ([value]) => fulfilled(value ?? UNDEFINED))],
      ['reject', native('Promise.reject', ([value]) => rejected(value ?? UNDEFINED))],
      ['all', native('Promise.all', ([list], node) => settleAll(machine, list, node))],
      ['race', native('Promise.race', ([list]) => (list?.kind === 'array' ? (list.items[0] ?? UNDEFINED) : UNDEFINED))],
      ['any', native('Promise.any', ([list]) => (list?.kind === 'array' ? (list.items[0] ?? UNDEFINED) : UNDEFINED))],
      [
        'allSettled',
        native('Promise.allSettled', ([list]) => fulfilled(operation('Promise.allSettled', list ?? UNDEFINED))),
      ],
    ],
  )
  return construct
}

function runExecutor(
  machine: Machine,
  executor: Value,
  args: readonly Value[],
  node: Parameters<typeof callFunctionLike>[1]['node'],
): void {
  try {
    callFunctionLike(machine, { callee: executor, self: null, args, node })
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    const [, reject] = args
    if (reject) callFunctionLike(machine, { callee: reject, self: null, args: [error.value], node })
  }
}
