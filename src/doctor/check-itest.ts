import { UserError } from '../errors.ts'
import { describeVitestConfig } from '../project-setup.ts'
import { chooseWriter } from '../write/choose-writer.ts'
import type { Check } from './types.ts'

/** Which writer `itest gen` would use. The model is not asked: that would cost money. */
export function checkModel(
  wanted: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Check {
  try {
    const { name } = chooseWriter(wanted, environment)
    if (name !== 'none')
      return { name: 'Writer', status: 'ok', found: `${name}, with the key of ANTHROPIC_API_KEY`, todo: null }
    const todo = 'Set ANTHROPIC_API_KEY to have a model write what the built-in writer leaves open.'
    return { name: 'Writer', status: 'ok', found: 'built in, no model', todo: wanted === 'none' ? null : todo }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { name: 'Writer', status: 'problem', found: error.message, todo: error.hint }
  }
}

/** Whether plain `vitest run` finds what generated tests need. */
export async function checkPlugin(root: string): Promise<Check> {
  const { file, hint } = await describeVitestConfig(root)
  if (hint !== null) return { name: 'Plugin', status: 'warning', found: 'plain `vitest run` is not set up', todo: hint }
  const found =
    file === null ? 'itest() is in the Vitest config' : `no Vitest config; \`itest gen\` writes ${file.file}`
  return { name: 'Plugin', status: 'ok', found, todo: null }
}
