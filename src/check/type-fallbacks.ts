import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { builtFile } from '../package-paths.ts'

/** Where the types of packages are that a test file imports and the project may lack: package name to files. */
export function typeFallbacks(): Record<string, string[]> {
  return {
    'itest-gen': [builtFile('harness/index.d.ts')],
    supertest: findTypes('@types/supertest'),
    vitest: findTypes('vitest'),
  }
}

/** The file that a package of ours names as its types; empty when itest itself lacks it, and the type-check then says so. */
function findTypes(name: string): string[] {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const { types } = JSON.parse(readFileSync(manifest, 'utf8'))
    return [path.join(path.dirname(manifest), types)]
  } catch {
    return []
  }
}
