import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { buildBareEnvironment } from './child-environment.ts'
import { killGroup } from './kill-group.ts'
import { type OpenChild, openChild } from './open-child.ts'

/** What a process that stands by is told in the end: which script it becomes. */
export const Assignment = z.object({
  script: z.enum(['worker', 'rounds-worker']),
  /** The file with its job. */
  job: z.string(),
  environment: z.record(z.string(), z.string()),
})
export type Assignment = z.infer<typeof Assignment>

/** A process that loads Vitest while it is still being found out what it will run. */
export interface Standby {
  readonly pid: number | null
  /** The process with its work; null when another one has it already. */
  assign(assignment: Assignment): OpenChild | null
  /** Must be called in the end, also when it has work, which then goes on. */
  end(): void
}

export function standBy(root: string): Standby {
  const home = mkdtempSync(join(tmpdir(), 'itest-standby-'))
  const environment = buildBareEnvironment(process.env, home)
  let waiting: OpenChild | null = openChild('standby-worker', { root, environment, args: [] })
  return {
    pid: waiting.child.pid ?? null,
    assign(assignment) {
      const opened = waiting
      waiting = null
      opened?.child.send?.(assignment)
      return opened
    },
    end() {
      killGroup(waiting?.child.pid)
      waiting = null
      rmSync(home, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
