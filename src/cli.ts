#!/usr/bin/env node
import { CommanderError } from 'commander'
import { createProgram } from './cli/commands.ts'
import { createProgress } from './cli/terminal.ts'
import { ModelError, UserError } from './errors.ts'

/** 0 as wanted, 1 a test says no, 2 the user's mistake, 3 our crash, 4 the model failed, 130 interrupted. */
async function main(argv: readonly string[]): Promise<number> {
  const controller = new AbortController()
  const interrupt = (): void => controller.abort()
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  process.stdout.on('error', ignoreClosedPipe)
  const spinner = await createProgress()
  let exitCode = 0
  const program = createProgram({
    world: {
      environment: process.env,
      signal: controller.signal,
      progress: spinner.progress,
      now: () => performance.now(),
    },
    finish: (output, code) => {
      spinner.stop()
      process.stdout.write(output)
      exitCode = code
    },
  })
  try {
    await program.parseAsync([...argv])
    return controller.signal.aborted ? 130 : exitCode
  } catch (error) {
    spinner.stop()
    return explain(error, controller.signal)
  }
}

/** `itest routes | head -1`: the reader has what it wanted. */
function ignoreClosedPipe(error: Error): void {
  if (!('code' in error && error.code === 'EPIPE')) throw error
}

function explain(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) {
    process.stderr.write('interrupted\n')
    return 130
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof UserError || error instanceof ModelError) {
    process.stderr.write(`error: ${error.message}\n${error.hint}\n`)
    return error instanceof UserError ? 2 : 4
  }
  process.stderr.write(
    `itest crashed; this is a bug of itest, not of your code.\n${error instanceof Error ? error.stack : String(error)}\n`,
  )
  return 3
}

process.exitCode = await main(process.argv)
// What the user's config has opened must not keep this process.
process.stdout.write('', () => process.exit())
