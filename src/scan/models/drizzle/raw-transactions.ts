import { callFunctionLike } from '../../interpret/call.ts'
import type { Machine, Run } from '../../interpret/machine.ts'
import { Thrown } from '../../interpret/stops.ts'
import { nextEvent, record } from '../../interpret/trace-events.ts'
import { native, type PackageStep, type PackageValue, type Value } from '../../interpret/values.ts'
import { locate, type ts } from '../../syntax/syntax.ts'

/** The transactions that are open in a run, by the call that made their connection. */
const openIn = new WeakMap<Run, Map<PackageStep, number>>()

/** What tells one connection from another: the call that made it. */
function connectionOf(owner: PackageValue): PackageStep | null {
  return owner.steps.findLast(({ kind }) => kind !== 'member') ?? null
}

export function currentTransaction(machine: Machine, owner: PackageValue): number | null {
  const connection = connectionOf(owner)
  return (machine.run && connection && openIn.get(machine.run)?.get(connection)) ?? null
}

/** `BEGIN`, `COMMIT` or `ROLLBACK`, however the driver says it; the end of none that was seen is nothing. */
export function markTransaction(
  machine: Machine,
  owner: PackageValue,
  { phase, node }: { phase: 'begin' | 'commit' | 'rollback'; node: ts.Node },
): void {
  const { run } = machine
  const connection = connectionOf(owner)
  if (!run || !connection) return
  const open = openIn.get(run) ?? new Map<PackageStep, number>()
  openIn.set(run, open)
  if (phase === 'begin') {
    run.nextTransaction += 1
    open.set(connection, run.nextTransaction)
  }
  const transaction = open.get(connection)
  if (transaction === undefined) return
  if (phase !== 'begin') open.delete(connection)
  record(machine, { kind: 'transaction', id: nextEvent(machine), phase, transaction, at: locate(machine.root, node) })
}

/** `db.transaction(fn)` of better-sqlite3: a function that runs the other inside a transaction. */
export function wrapInTransaction(machine: Machine, owner: PackageValue, callee: Value): Value {
  const run = (args: readonly Value[], node: ts.Node): Value => {
    // One inside another is a savepoint of it.
    if (currentTransaction(machine, owner) !== null)
      return callFunctionLike(machine, { callee, self: null, args, node })
    markTransaction(machine, owner, { phase: 'begin', node })
    try {
      const value = callFunctionLike(machine, { callee, self: null, args, node })
      markTransaction(machine, owner, { phase: 'commit', node })
      return value
    } catch (error) {
      if (error instanceof Thrown) markTransaction(machine, owner, { phase: 'rollback', node })
      throw error
    }
  }
  const variants = ['deferred', 'immediate', 'exclusive', 'default'].map((name): [string, Value] => [
    name,
    native(name, run),
  ])
  return native('transaction', run, variants)
}
