import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { toProjectPath } from './error-facts.ts'
import type { JobBase } from './job.ts'
import type { StalledFacts } from './types.ts'

const POLL_MS = 500
const Entry = z.object({ file: z.string(), test: z.string().nullable(), until: z.number().nullable() })

/**
 * Ends workers that hang in an endless loop, which stops Vitest's own timers, or in a test that never ends: Vitest goes on
 * with the other files, from version 4 on. The pool of Vitest 3 waits for such a worker for ever, so this process ends with
 * what it knows, and the parent runs the other files anew.
 */
export function endStalled(
  job: Watched,
  { version, stalled, flush }: { version: string; stalled: StalledFacts[]; flush: () => void },
): () => void {
  return watchWorkers(job, (one) => {
    stalled.push(one)
    if (!version.startsWith('3.')) return
    flush()
    process.exit(1)
  })
}

type Watched = Pick<JobBase, 'journalFolder' | 'root' | 'silenceMs'>

function watchWorkers(
  { journalFolder, root, silenceMs }: Watched,
  onStalled: (stalled: StalledFacts) => void,
): () => void {
  const ended = new Set<string>()
  const timer = setInterval(() => {
    for (const name of readdirSync(journalFolder)) {
      if (ended.has(name)) continue
      const found = findStalled(join(journalFolder, name), silenceMs)
      if (!found) continue
      ended.add(name)
      if (!kill(Number.parseInt(name, 10))) continue
      onStalled({ file: toProjectPath(found.file, root), test: found.test })
    }
  }, POLL_MS)
  return () => clearInterval(timer)
}

function findStalled(path: string, silenceMs: number): z.infer<typeof Entry> | null {
  const now = Date.now()
  try {
    const silent = now - statSync(path).mtimeMs > silenceMs
    const entry = Entry.parse(JSON.parse(readFileSync(path, 'utf8')))
    return silent || (entry.until !== null && now > entry.until) ? entry : null
  } catch {
    // It is being written at this moment.
    return null
  }
}

/** Whether there was such a process. */
function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
