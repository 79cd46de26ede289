import { fileURLToPath } from 'node:url'

/**
 * Absolute path of a built file of this package, e.g. `builtFile('run/worker.js')`. Child processes and Vitest load
 * these, so they are always the JavaScript of dist/, also when the caller runs from src/.
 */
export function builtFile(name: string): string {
  return fileURLToPath(new URL(`../../dist/${name}`, import.meta.url))
}
