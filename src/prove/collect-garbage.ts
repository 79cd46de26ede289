import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Node lets memory grow for long before it looks what is still needed, and each mutant leaves a whole app behind.
 * Returns what makes it look.
 */
export function findCollector(): () => void {
  setFlagsFromString('--expose_gc')
  const collect: unknown = runInNewContext('gc')
  return () => {
    if (typeof collect === 'function') collect()
  }
}
