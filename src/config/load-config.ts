import path from 'node:path'
import { UserError } from '../errors.ts'
import { builtFile } from '../package-paths.ts'
import { checkConfig } from './check-config.ts'
import { assertFile, showConfig } from './find-config.ts'
import type { Settings } from './settings.ts'

const SEE =
  '`itest init` writes a config with every key explained; in a project that has one, see the README of itest-gen.'

/**
 * What the config in `file` (absolute) says of the project at `root`. Runs the file, in this process.
 * @throws UserError with the file and the path of the bad key
 */
export async function loadConfig(root: string, file: string): Promise<Settings> {
  const shown = showConfig(root, file)
  const checked = checkConfig(await importDefault(root, file))
  if (!checked.ok) {
    const [first = '', ...others] = checked.problems
    const rest = others.map((problem) => `\n  ${problem}`).join('')
    throw new UserError(others.length === 0 ? `${shown}: ${first}` : `${shown}:\n  ${first}${rest}`, { hint: SEE })
  }
  const { app } = checked.settings
  if (app !== null) assertFile(path.resolve(root, app), `${shown}: app: expected a file of the project`)
  return { ...checked.settings, file }
}

async function importDefault(root: string, file: string): Promise<unknown> {
  const shown = showConfig(root, file)
  let module: unknown
  try {
    module = await keepManners(() => importModule(root, file))
  } catch (cause) {
    throw new UserError(`${shown} can't be loaded: ${describe(cause, file)}`, {
      hint: 'It runs in the process of itest. What belongs to the app (its database, its schema) is better imported inside signIn.',
      cause,
    })
  }
  if (typeof module === 'object' && module !== null && 'default' in module) return module.default
  throw new UserError(`${shown}: expected a default export, found none`, {
    hint: 'Write `export default defineConfig({ ... })`.',
  })
}

/**
 * TypeScript and what it imports, as the project's compiler would find it; nothing is written, not even a cache. By jiti:
 * Node 20 reads no TypeScript, and Vite 5, which Vitest 3 may bring, writes a file beside the one that it loads.
 */
async function importModule(root: string, file: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  const jiti = createJiti(path.join(root, 'package.json'), {
    fsCache: false,
    tsconfigPaths: true,
    // There also when itest is not installed in the project.
    alias: { 'itest-gen/config': builtFile('config/define-config.js') },
  })
  return jiti.import<unknown>(file)
}

/** What the file prints is no part of our output, which may be JSON, and it may not end our process. */
async function keepManners<T>(run: () => Promise<T>): Promise<T> {
  const { stdout, stderr, exit } = process
  const { write } = stdout
  stdout.write = stderr.write.bind(stderr)
  process.exit = (code) => {
    throw new Error(`it called process.exit(${code ?? ''})`)
  }
  try {
    return await run()
  } finally {
    stdout.write = write
    process.exit = exit
  }
}

/** With the line of the config itself, if the stack knows it. */
function describe(cause: unknown, file: string): string {
  if (!(cause instanceof Error)) return String(cause)
  const [message = ''] = cause.message.split('\n')
  const at = cause.stack?.split(file)[1]?.match(/^:(\d+)/)?.[1]
  return at === undefined || message.includes(file) ? message.trim() : `${message.trim()} (line ${at})`
}
