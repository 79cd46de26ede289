import { awaitValue, callFunctionLike, settle } from '../interpret/call.ts'
import type { Machine } from '../interpret/machine.ts'
import { absorbSince, clockOf, continuePromise, trackPromise, waitFor, waitForAll } from '../interpret/pending.ts'
import { Thrown } from '../interpret/stops.ts'
import { recordHandler } from '../interpret/trace-events.ts'
import {
  type ArrayValue,
  array,
  fulfilled,
  literal,
  native,
  object,
  operation,
  type PromiseValue,
  rejected,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import type { ts } from '../syntax/syntax.ts'
import { resultAsyncMember } from './results.ts'

export function promiseMember(machine: Machine, owner: PromiseValue, name: string): Value {
  if (name !== 'then' && name !== 'catch' && name !== 'finally')
    return resultAsyncMember(machine, owner, name) ?? UNDEFINED
  return native(name, ([first, second], node) => {
    const onFulfilled = name === 'then' ? first : undefined
    const onRejected = name === 'catch' ? first : second
    const callback = owner.state === 'fulfilled' ? onFulfilled : onRejected
    if (name === 'finally' && first) callFunctionLike(machine, { callee: first, self: null, args: [], node })
    // Handing errors to `next` ties the promise to the request: nobody awaits it, and yet the request waits.
    if ([first, second].some((given) => given?.kind === 'native' && given.name === 'next')) waitFor(machine, owner)
    if (!callback || callback.kind === 'literal') return owner
    if (owner.state === 'rejected')
      recordHandler(machine, { by: '.catch', name: nameOf(callback), error: owner.value, at: node })
    const result = settle(machine, () =>
      awaitValue(machine, callFunctionLike(machine, { callee: callback, self: null, args: [owner.value], node }), node),
    )
    return continuePromise(machine, owner, result)
  })
}

function nameOf(callback: Value): string {
  return callback.kind === 'function' || callback.kind === 'native' ? callback.name : ''
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
      const start = clockOf(machine)
      if (executor) runExecutor(machine, executor, [resolve, reject], node)
      absorbSince(machine, start)
      return trackPromise(machine, { ...(settled ?? fulfilled(operation('promise'))) }, start)
    },
    [
      ['resolve', native('Promise.resolve', ([value]) => fulfilled(value ?? UNDEFINED))],
      ['reject', native('Promise.reject', ([value]) => rejected(value ?? UNDEFINED))],
      ['all', native('Promise.all', ([list], node) => settleAll(machine, list, node))],
      ['race', native('Promise.race', ([list], node) => settleFirst(machine, list, node))],
      ['any', native('Promise.any', ([list], node) => settleFirst(machine, list, node))],
      ['allSettled', native('Promise.allSettled', ([list], node) => settleEach(machine, list, node))],
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

function settleItems(machine: Machine, list: ArrayValue, node: ts.Node): PromiseValue[] {
  const settled: PromiseValue[] = []
  const settleNow = (): void => {
    for (const item of list.items) settled.push(settle(machine, () => awaitValue(machine, item, node)))
  }
  const working = list.items.filter((item) => item.kind !== 'literal' && !(item.kind === 'promise' && isPending(item)))
  if (working.length > 1 || list.open) waitForAll(machine, working, settleNow)
  else settleNow()
  return settled
}

/** `Promise.all([...])`: everything starts and settles, in the order written; the first rejection wins. */
function settleAll(machine: Machine, list: Value | undefined, node: ts.Node): Value {
  if (list?.kind !== 'array') return fulfilled(operation('Promise.all', list ?? UNDEFINED))
  const settled = settleItems(machine, list, node)
  const failed = settled.find((item) => item.state === 'rejected')
  return (
    failed ??
    fulfilled(
      array(
        settled.map((item) => item.value),
        list.open,
      ),
    )
  )
}

/** `Promise.race` and `any` of work and a timer: the first that settles, as far as analysis can tell. */
function settleFirst(machine: Machine, list: Value | undefined, node: ts.Node): Value {
  if (list?.kind !== 'array') return fulfilled(operation('Promise.race', list ?? UNDEFINED))
  const settled = settleItems(machine, list, node)
  return settled.find((item) => !isPending(item)) ?? settled[0] ?? fulfilled(UNDEFINED)
}

function settleEach(machine: Machine, list: Value | undefined, node: ts.Node): Value {
  if (list?.kind !== 'array') return fulfilled(operation('Promise.allSettled', list ?? UNDEFINED))
  const outcomes = settleItems(machine, list, node).map((item) =>
    item.state === 'fulfilled'
      ? object([
          ['status', literal('fulfilled')],
          ['value', item.value],
        ])
      : object([
          ['status', literal('rejected')],
          ['reason', item.value],
        ]),
  )
  return fulfilled(array(outcomes, list.open))
}

/** A promise that only a timer would settle. */
function isPending(item: PromiseValue): boolean {
  return (
    item.value.kind === 'symbol' &&
    item.value.expression.kind === 'operation' &&
    item.value.expression.name === 'promise'
  )
}
