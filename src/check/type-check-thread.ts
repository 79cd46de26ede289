import { Worker } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import { builtFile } from '../package-paths.ts'
import type { FileFinding, FilesTypeCheckInput, TypeCheckInput } from './type-check.ts'
import type { Finding } from './types.ts'

/** Nothing of a program is given up before the end, so looking for garbage often takes a fifth of the time, for none. */
const YOUNG_MB = 192

/** What the thread sends back. */
export type ThreadAnswer =
  | { readonly status: 'checked'; readonly findings: readonly FileFinding[] }
  | { readonly status: 'mistake'; readonly message: string; readonly hint: string }

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

/** `typeCheckFiles` likewise. @throws UserError */
export function typeCheckFilesInThread(
  input: FilesTypeCheckInput,
  signal: AbortSignal,
): Promise<readonly FileFinding[]> {
  signal.throwIfAborted()
  const worker = new Worker(builtFile('check/type-check-worker.js'), {
    workerData: input,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason)
      void worker.terminate()
    }
    signal.addEventListener('abort', abort, { once: true })
    worker.once('message', (answer: ThreadAnswer) => {
      if (answer.status === 'checked') resolve(answer.findings)
      else reject(new UserError(answer.message, { hint: answer.hint }))
    })
    worker.once('error', reject)
    worker.once('exit', () => signal.removeEventListener('abort', abort))
  })
}
