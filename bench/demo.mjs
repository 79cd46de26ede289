// Wall time of `itest gen POST /orders` on fixtures/orders: the first run with an empty cache, then warm ones, by stage.
// Usage: npm run build && node bench/demo.mjs [runs]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const runs = Number(process.argv[2] ?? 3)
const root = fileURLToPath(new URL('..', import.meta.url))
const cache = mkdtempSync(join(tmpdir(), 'itest-bench-'))

const results = []
for (const label of ['cold', ...Array.from({ length: runs }, (_, index) => `warm ${index + 1}`)]) {
  const start = performance.now()
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(root, 'dist/cli.js'), 'gen', 'POST', '/orders', '--root', join(root, 'fixtures/orders'), '--json'],
    { encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: cache, ANTHROPIC_API_KEY: '' } },
  )
  if (status !== 1) throw new Error(`expected exit code 1, found ${status}`)
  results.push({ start: label, 'wall ms': Math.round(performance.now() - start), ...JSON.parse(stdout).timings })
}
rmSync(cache, { recursive: true, force: true })
console.table(results)
