// Copies of the sample apps, with the tests that `itest gen` writes for each of their routes.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../..', import.meta.url))
const CLI = join(repository, 'dist/cli.js')
const GENERATED = ['node_modules', 'tests', '.itest', 'vitest.config.ts']

/** Copies a fixture into the folder; its packages are links to those of this repository. */
export function copyFixture(name, folder) {
  const root = join(folder, name)
  const from = join(repository, 'fixtures', name)
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  for (const entry of readdirSync(from)) {
    if (!GENERATED.includes(entry)) cpSync(join(from, entry), join(root, entry), { recursive: true })
  }
  for (const entry of readdirSync(join(repository, 'node_modules'))) {
    if (!entry.startsWith('.')) symlinkSync(join(repository, 'node_modules', entry), join(root, 'node_modules', entry))
  }
  // As root the database runs as another user, who must be able to pass through.
  for (const path of [folder, root]) chmodSync(path, 0o755)
  return root
}

/** Writes the tests of every route, and returns how many paths have one. */
export function generateAll(root, environment) {
  const { routes } = run(['routes', '--root', root, '--json'], environment)
  return routes.flatMap(({ method, path }) => run(['gen', method, path, '--root', root, '--json'], environment).paths)
}

function run(args, environment) {
  const { stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', env: environment })
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(`itest ${args.join(' ')} printed no JSON: ${stderr}`)
  }
}
