#!/usr/bin/env node
import { runCommandLine } from './cli/run-command-line.ts'
import { createProgress } from './cli/terminal.ts'

const controller = new AbortController()
const interrupt = (): void => controller.abort()
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)
process.stdout.on('error', ignoreClosedPipe)

process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  signal: controller.signal,
  progress: await createProgress(),
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
})
// What the user's config has opened must not keep this process.
process.stdout.write('', () => process.exit())

/** `itest routes | head -1`: the reader has what it wanted. */
function ignoreClosedPipe(error: Error): void {
  if (!('code' in error && error.code === 'EPIPE')) throw error
}
