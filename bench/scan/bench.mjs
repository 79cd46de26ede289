// What a scan costs, on a codebase that synthetic-codebase.mjs writes, beside `tsc --noEmit` on the same, in one run.
// Usage: npm run build && node bench/scan/bench.mjs [runs]
// Wanted: all of 1,000 routes in at most half of tsc's wall time and 350 MB; one route cold in at most 1 s of process
// time and warm in 0.2 s; linear from 100 to 3,000 routes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeCodebase } from './synthetic-codebase.mjs'

const runs = Number(process.argv[2] ?? 3)
const home = fileURLToPath(new URL('../..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'itest-bench-'))
const usageFile = join(work, 'usage.json')
const probe = join(work, 'usage.cjs')
writeFileSync(
  probe,
  `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(usageFile)}, JSON.stringify(process.resourceUsage())))`,
)

/** Seconds of wall and process time, and MB, of the best of the runs: a busy machine only ever adds. */
function measure(args, prepare = () => undefined) {
  const results = Array.from({ length: runs }, () => {
    prepare()
    const start = performance.now()
    const { status, stderr } = spawnSync(process.execPath, ['--require', probe, join(home, 'dist/cli.js'), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, XDG_CACHE_HOME: join(work, 'cache') },
    })
    const wall = (performance.now() - start) / 1000
    if (status !== 0) throw new Error(`itest ${args.join(' ')} ended with ${status}: ${stderr}`)
    const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(usageFile, 'utf8'))
    return { wall, process: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 }
  })
  const best = (key) => Math.min(...results.map((result) => result[key]))
  return { wall: best('wall'), process: best('process'), memory: best('memory') }
}

function measureTsc(root) {
  const tsc = join(home, 'node_modules/.bin/tsc')
  const walls = Array.from({ length: runs }, () => {
    const start = performance.now()
    const { status, stdout } = spawnSync(tsc, ['--noEmit', '-p', root], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`tsc finds errors in the synthetic codebase:\n${stdout.slice(0, 500)}`)
    return (performance.now() - start) / 1000
  })
  return { wall: Math.min(...walls), process: null, memory: null }
}

const rows = []
const round = (value) => (value === null ? '-' : Number(value.toFixed(2)))
function add(what, routes, { wall, process, memory }) {
  rows.push({
    what,
    routes,
    'wall s': round(wall),
    'process s': round(process),
    MB: memory === null ? '-' : Math.round(memory),
  })
}

try {
  const roots = new Map([100, 1000, 3000].map((routes) => [routes, join(work, `routes-${routes}`)]))
  for (const [routes, root] of roots) {
    writeCodebase(root, routes)
    symlinkSync(join(home, 'node_modules'), join(root, 'node_modules'))
  }
  const root = roots.get(1000)
  const tsc = measureTsc(root)
  const index = new Map(
    [...roots].map(([routes, folder]) => [routes, measure(['routes', '--json', '--no-cache', '--root', folder])]),
  )
  const route = ['plan', 'GET', '/api/v1/m3/things0/:id', '--json', '--root']
  const cold = measure([...route, root], () => rmSync(join(work, 'cache'), { recursive: true, force: true }))
  const warm = measure([...route, root])
  const all = ['routes', '--json', '--root', root]
  measure(all)
  const warmIndex = measure(all)
  add('tsc --noEmit', 1000, tsc)
  for (const [routes, result] of index) add('all routes', routes, result)
  add('all routes, warm', 1000, warmIndex)
  add('one route, cold', 1000, cold)
  add('one route, warm', 1000, warm)
  console.table(rows)
  const whole = index.get(1000)
  const perRoute = (routes) => (1000 * (index.get(routes).process - index.get(100).process)) / (routes - 100)
  console.log(`all routes / tsc wall: ${round(whole.wall / tsc.wall)} (wanted: at most 0.5)`)
  console.log(
    `each further route: ${round(perRoute(1000))} ms of process time up to 1,000, ${round(perRoute(3000))} ms up to 3,000`,
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
