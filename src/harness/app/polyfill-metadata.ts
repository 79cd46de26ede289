import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * Containers want `reflect-metadata` before any decorated class is loaded. The file that starts the app says so first of
 * all, and a test that imports the app leaves that file out.
 */
export function polyfillMetadata(root: string): void {
  try {
    createRequire(join(root, 'package.json'))('reflect-metadata')
  } catch {
    // There is none, or one that the app itself will fail on.
  }
}
