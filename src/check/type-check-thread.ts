import { Worker } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import { builtFile } from '../package-paths.ts'
import type { FileFinding, FilesTypeCheckInput, TypeCheckInput } from './type-check.ts'
import type { Finding } from './types.ts'

/** Nothing of a program is given up before the end, so looking for garbage often takes a fifth of the time, for none. */
const YOUNG_MB = 192

/** A thread that nobody has asked for so long ends, and gives back what it keeps: a quarter of a gigabyte. */
const IDLE_MS = 15_000

export interface ThreadQuestion {
  readonly id: number
  readonly input: FilesTypeCheckInput
}

/** What the thread sends back. */
export type ThreadAnswer =
  | { readonly id: number; readonly status: 'checked'; readonly findings: readonly FileFinding[] }
  | { readonly id: number; readonly status: 'mistake'; readonly message: string; readonly hint: string }

/**
 * `typeCheck` in a thread of its own: it computes for seconds, in which this thread could not even hear Ctrl-C.
 * Rejects with the signal's reason when it is aborted. @throws UserError
 */
export async function typeCheckInThread(
  { file, text, ...input }: TypeCheckInput,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await typeCheckFilesInThread({ ...input, files: [{ file, text }] }, signal)
  return found.map(({ finding }) => finding)
}

/** `typeCheckFiles` likewise. The thread stays for a while: most of the work is to read what the next check needs, too. @throws UserError */
export function typeCheckFilesInThread(
  input: FilesTypeCheckInput,
  signal: AbortSignal,
): Promise<readonly FileFinding[]> {
  signal.throwIfAborted()
  thread ??= openThread()
  return thread.ask(input, signal)
}

interface Thread {
  ask(input: FilesTypeCheckInput, signal: AbortSignal): Promise<readonly FileFinding[]>
}

let thread: Thread | null = null

function openThread(): Thread {
  const worker = new Worker(builtFile('check/type-check-worker.js'), {
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
  const waiting = new Map<number, { resolve(answer: ThreadAnswer): void; reject(error: unknown): void }>()
  let asked = 0
  let idle: NodeJS.Timeout | undefined
  const end = (error: unknown): void => {
    if (thread === opened) thread = null
    clearTimeout(idle)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    void worker.terminate()
  }
  const settle = (id: number): void => {
    waiting.delete(id)
    if (waiting.size > 0) return
    // Nobody waits for it, so it must not keep the process.
    worker.unref()
    idle = setTimeout(() => end(null), IDLE_MS).unref()
  }
  worker.on('message', (answer: ThreadAnswer) => {
    waiting.get(answer.id)?.resolve(answer)
    settle(answer.id)
  })
  worker.once('error', end)
  const opened: Thread = {
    async ask(input, signal) {
      clearTimeout(idle)
      worker.ref()
      asked += 1
      const id = asked
      const abort = (): void => {
        waiting.get(id)?.reject(signal.reason)
        waiting.delete(id)
        // It can't be interrupted.
        if (waiting.size === 0) end(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      try {
        const answer = await new Promise<ThreadAnswer>((resolve, reject) => {
          waiting.set(id, { resolve, reject })
          worker.postMessage({ id, input } satisfies ThreadQuestion)
        })
        if (answer.status === 'checked') return answer.findings
        throw new UserError(answer.message, { hint: answer.hint })
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
  }
  return opened
}
