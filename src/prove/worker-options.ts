import { readFileSync } from 'node:fs'
import { escapePattern } from '../escape-pattern.ts'
import { builtFile } from '../package-paths.ts'
import type { ProofPlan } from './types.ts'

/** Names the file with the plan to the runner. */
export const PLAN_VARIABLE = 'ITEST_PROOF'

const RUNNER = builtFile('prove/runner.js')

interface Plugin {
  readonly name: string
  readonly enforce: 'pre'
  readonly config: () => object
  readonly transform: (code: string, id: string) => { code: string; map: null } | null
}

/** What turns a run of Vitest into a proof: our runner in its workers, and files with all mutants in them. */
export function readProof(file: string): { plugin: Plugin; options: object; workers: number } {
  const plan = readPlan(file)
  const { workers } = plan
  return {
    workers,
    options: {
      runner: RUNNER,
      env: { [PLAN_VARIABLE]: file },
      fileParallelism: true,
      minWorkers: workers,
      maxWorkers: workers,
    },
    plugin: {
      name: 'itest:proof',
      enforce: 'pre',
      // It must get the Vitest that runs it, as Vite resolves it.
      config: () => ({ test: { server: { deps: { inline: [new RegExp(`${escapePattern(RUNNER)}$`)] } } } }),
      transform: (_code, id) => {
        const code = plan.schemata[id.replace(/[?#].*$/, '')]
        return code === undefined ? null : { code, map: null }
      },
    },
  }
}

export function readPlan(file: string): ProofPlan {
  return JSON.parse(readFileSync(file, 'utf8'))
}
