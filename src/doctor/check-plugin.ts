import { describeVitestConfig } from '../project-setup.ts'
import type { Check } from './types.ts'

/** Whether plain `vitest run` finds what generated tests need. */
export async function checkPlugin(root: string): Promise<Check> {
  const { file, hint } = await describeVitestConfig(root)
  if (hint !== null) return { name: 'Plugin', status: 'warning', found: 'plain `vitest run` is not set up', todo: hint }
  const found =
    file === null ? 'itest() is in the Vitest config' : `no Vitest config; \`itest gen\` writes ${file.file}`
  return { name: 'Plugin', status: 'ok', found, todo: null }
}
