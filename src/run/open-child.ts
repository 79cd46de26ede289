import { execa } from 'execa'
import { builtFile } from '../package-paths.ts'

const STDERR_LIMIT = 4000

export type OpenChild = ReturnType<typeof openChild>

/** Starts a script of this folder, as built, in the root, with this environment and no other. */
export function openChild(
  script: string,
  { root, environment, args }: { root: string; environment: Record<string, string>; args: readonly string[] },
) {
  const child = execa(process.execPath, [builtFile(`run/${script}.js`), ...args], {
    cwd: root,
    env: environment,
    extendEnv: false,
    // A group of its own, so that killing it reaches the workers of Vitest as well.
    detached: true,
    cleanup: false,
    ipc: true,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  let stderrTail = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderrTail = (stderrTail + chunk.toString()).slice(-STDERR_LIMIT)
  })
  return { child, stderrTail: () => stderrTail }
}
