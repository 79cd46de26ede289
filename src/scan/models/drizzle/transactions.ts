import { awaitValue, callFunctionLike, settle } from '../../interpret/call.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { nextEvent, record } from '../../interpret/trace-events.ts'
import { array, type DbValue, fulfilled, native, rejected, UNDEFINED, type Value } from '../../interpret/values.ts'
import { locate, type ts } from '../../syntax/syntax.ts'
import { answerAs } from './queries.ts'

/** `db.batch([...])` runs its statements in order in a transaction of their own. */
export function runBatch(machine: Machine, owner: DbValue, queries: Value | undefined, node: ts.Node): Value {
  if (queries?.kind !== 'array' || queries.open) noteUnresolved(machine, 'statements of this batch are not known', node)
  const items = queries?.kind === 'array' ? queries.items : []
  const runAll = native('batch', ([tx]) => {
    const transaction = tx?.kind === 'db' ? tx.transaction : null
    return array(
      items.map((item) => awaitValue(machine, item.kind === 'query' ? { ...item, transaction } : item, node)),
      queries?.kind !== 'array' || queries.open,
    )
  })
  return runTransaction(machine, owner, runAll, node)
}

export function runTransaction(machine: Machine, owner: DbValue, callback: Value | undefined, node: ts.Node): Value {
  const { run } = machine
  if (!callback) return fulfilled(UNDEFINED)
  const transaction = run ? run.nextTransaction + 1 : 1
  if (run) run.nextTransaction = transaction
  const at = locate(machine.root, node)
  const mark = (phase: 'begin' | 'commit' | 'rollback'): void =>
    record(machine, { kind: 'transaction', id: nextEvent(machine), phase, transaction, at })
  mark('begin')
  const result = settle(machine, () =>
    awaitValue(
      machine,
      callFunctionLike(machine, { callee: callback, self: null, args: [{ ...owner, transaction }], node }),
      node,
    ),
  )
  const failed = result.kind === 'promise' && result.state === 'rejected'
  mark(failed ? 'rollback' : 'commit')
  return answerAs(machine, owner.driver, failed ? rejected(result.value) : result)
}
