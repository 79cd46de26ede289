// Runs the corpus of verdicts, and mutants, on another Vitest: `node test/verdicts/on-vitest.mjs 3`, `4` or `5`. Needs the npm registry.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const RANGES = { 3: '~3.2', 4: '^4', 5: '^5' }
// What Vitest 5 asks for; the npm package `node` carries binaries.
const NODE = '24'

const [major = '5'] = process.argv.slice(2)
const range = RANGES[major]
if (range === undefined) throw new Error(`expected 3, 4 or 5, found ${major}`)

const folder = join(tmpdir(), `itest-vitest-${major}`)
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
const packages = [`vitest@${range}`, ...(major === '5' ? [`node@${NODE}`] : [])]
execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], {
  cwd: folder,
  stdio: 'inherit',
})

const node = major === '5' ? join(folder, 'node_modules', 'node', 'bin', 'node') : process.execPath
const { status } = spawnSync(
  node,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/verdicts', 'test/prove/try-mutants.test.ts'],
  {
    cwd: repository,
    stdio: 'inherit',
    env: { ...process.env, ITEST_TEST_MODULES: join(folder, 'node_modules') },
  },
)
process.exitCode = status ?? 1
