import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const OWN = fileURLToPath(new URL('../..', import.meta.url))

/** Where the types of packages are that a test file imports and the project may lack. */
export function typeFallbacks(): Record<string, string[]> {
  const require = createRequire(import.meta.url)
  const folder = (name: string): string[] => {
    try {
      return [path.dirname(require.resolve(`${name}/package.json`))]
    } catch {
      // A package that itest itself lacks has no types to fall back on; the type-check then says so.
      return []
    }
  }
  return {
    'itest-gen': [path.join(OWN, 'dist/harness/index.d.ts')],
    supertest: folder('@types/supertest'),
    vitest: folder('vitest'),
  }
}
