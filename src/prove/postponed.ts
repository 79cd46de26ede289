import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asked } from './try-mutant.ts'
import type { ProofPlan } from './types.ts'

/** What the tests said of a mutant that has to wait, in a file of its name. */
export function postpone({ postponed, claims }: ProofPlan, mutant: number, asked: Asked): void {
  const draft = join(claims, `${mutant}.draft`)
  writeFileSync(draft, JSON.stringify(asked))
  renameSync(draft, join(postponed, String(mutant)))
}

export function listPostponed({ postponed }: ProofPlan): number[] {
  return readdirSync(postponed).map(Number)
}

/** Nobody else gets it; null when somebody else was faster. */
export function takePostponed({ postponed, claims }: ProofPlan, mutant: number): Asked | null {
  const taken = join(claims, `postponed-${mutant}`)
  try {
    renameSync(join(postponed, String(mutant)), taken)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  return JSON.parse(readFileSync(taken, 'utf8'))
}
