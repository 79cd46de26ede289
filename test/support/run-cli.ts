import path from 'node:path'
import { execa } from 'execa'
import { repository } from './copy-fixture.ts'

export interface CliEnd {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export const CLI = path.join(repository, 'dist/cli.js')

/** The environment of a developer without a key, a terminal or a CI. */
export function cliEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), ...more }
}

/** Runs the built command line as a process of its own, to its end. */
export async function runCli(
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<CliEnd> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, ...args], {
    cwd: options.cwd ?? repository,
    env: cliEnvironment(options.env),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  })
  return { exitCode, stdout, stderr }
}

/** `itest gen POST /orders` in a folder. */
export function gen(
  root: string,
  more: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<CliEnd> {
  return runCli(['gen', 'POST', '/orders', '--root', root, ...more], { env })
}
