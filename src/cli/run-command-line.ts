import { CommanderError } from 'commander'
import { ModelError, UserError } from '../errors.ts'
import type { Progress } from '../progress.ts'
import { createProgram } from './commands.ts'

/** Where a command line runs. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly progress: { readonly progress: Progress; readonly stop: () => void }
  readonly writeOut: (text: string) => void
  readonly writeError: (text: string) => void
}

/**
 * Runs one command, to its end, and resolves to the exit code: 0 as wanted, 1 a test says no, 2 the user's mistake, 3 our
 * crash, 4 the model failed, 130 interrupted.
 */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { environment, signal, progress, writeOut, writeError } = surroundings
  let exitCode = 0
  const program = createProgram({
    world: { environment, signal, progress: progress.progress, now: () => performance.now() },
    finish: (output, code) => {
      progress.stop()
      writeOut(output)
      exitCode = code
    },
    output: { writeOut, writeErr: writeError },
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return signal.aborted ? 130 : exitCode
  } catch (error) {
    progress.stop()
    const end = explain(error, signal)
    writeError(end.text)
    return end.exitCode
  }
}

function explain(error: unknown, signal: AbortSignal): { text: string; exitCode: number } {
  if (signal.aborted) return { text: 'interrupted\n', exitCode: 130 }
  // Commander has said it already.
  if (error instanceof CommanderError) return { text: '', exitCode: error.exitCode === 0 ? 0 : 2 }
  if (error instanceof UserError || error instanceof ModelError) {
    return { text: `error: ${error.message}\n${error.hint}\n`, exitCode: error instanceof UserError ? 2 : 4 }
  }
  const stack = error instanceof Error ? error.stack : String(error)
  return { text: `itest crashed; this is a bug of itest, not of your code.\n${stack}\n`, exitCode: 3 }
}
