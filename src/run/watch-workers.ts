import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { toProjectPath } from './error-facts.ts'
import type { StalledFacts } from './types.ts'

const POLL_MS = 500
/** A worker that did not react for so long is in a loop, or as good as that. */
const SILENCE_MS = 10_000

const Entry = z.object({ file: z.string(), test: z.string().nullable(), until: z.number().nullable() })

/**
 * Ends workers that hang in an endless loop, which stops Vitest's own timers, or in a test that never ends: Vitest goes on
 * with the other files, from version 4 on.
 */
export function watchWorkers(folder: string, root: string, onStalled: (stalled: StalledFacts) => void): () => void {
  const ended = new Set<string>()
  const timer = setInterval(() => {
    for (const name of readdirSync(folder)) {
      if (ended.has(name)) continue
      const found = findStalled(join(folder, name))
      if (!found) continue
      ended.add(name)
      if (!kill(Number.parseInt(name, 10))) continue
      onStalled({ file: toProjectPath(found.file, root), test: found.test })
    }
  }, POLL_MS)
  return () => clearInterval(timer)
}

function findStalled(path: string): z.infer<typeof Entry> | null {
  const now = Date.now()
  try {
    const silent = now - statSync(path).mtimeMs > SILENCE_MS
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
