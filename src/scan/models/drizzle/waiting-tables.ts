import type { Machine } from '../../interpret/machine.ts'
import { loadModule } from '../../interpret/modules.ts'

/** Before a table is looked up by the name that SQL has for it: all must be known. */
export function loadWaitingTables(machine: Machine): void {
  for (const file of machine.waitingTables.splice(0)) loadModule(machine, file)
}
