// Gives every source file of a folder, e.g. of node_modules, to the scan as a module that a small app imports and whose
// exports are its handlers, and prints what it could not bear: crashes, failures of analysis itself, slow files.
// Usage: npm run build && node bench/fuzz-scan.mjs FOLDER... [--sample 500] [--seed 1] [--limit 20000]
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join, relative } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

const SOURCE = /\.[mc]?[jt]s$/
/** So many exports of a file are traced: the first, the last and some between. */
const TRACED = 6
const FAILED = /which is a bug of itest/
const CUT = /analysis stopped at its limit|more ways through this route/

const appFor = (module) => `
const express = require('express')
const subject = require('./${module}')
const app = express()
app.get('/control', (req, res) => res.json({}))
app.get('/read', (req, res) => res.json(subject))
app.post('/whole', subject)
app.post('/new', (req, res) => res.json(new subject(req.body)))
for (const [name, value] of Object.entries(subject)) {
  app.post('/call/' + name, async (req, res) => res.json(await value(req.body, req.query, res)))
  app.put('/handle/' + name, value)
}
module.exports = app
`

if (isMainThread) await main()
else await answerRequests()

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      limit: { type: 'string', default: '20000' },
    },
  })
  const all = positionals.flatMap((folder) => listSources(realpathSync(folder)))
  const files = values.sample ? pick(all, Number(values.sample), Number(values.seed)) : all
  console.log(`${files.length} of ${all.length} files, seed ${values.seed}`)
  const results = []
  let peak = 0
  let worker = startWorker()
  for (const file of files) {
    const result = await ask(worker, file, Number(values.limit))
    results.push({ file, ...result })
    peak = Math.max(peak, process.memoryUsage.rss())
    if (!result.hangs) continue
    await worker.terminate()
    worker = startWorker()
  }
  await worker.terminate()
  print(results, peak)
  process.exitCode = results.some(({ crash, hangs, failures }) => crash || hangs || failures.length > 0) ? 1 : 0
}

function startWorker() {
  return new Worker(new URL(import.meta.url), { argv: [] })
}

function listSources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = join(folder, entry.name)
    if (entry.isDirectory()) return listSources(name)
    return entry.isFile() && SOURCE.test(entry.name) ? [name] : []
  })
}

function pick(items, count, seed) {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state
  }
  return items
    .map((item) => ({ item, order: next() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ item }) => item)
}

async function ask(worker, file, limit) {
  const nothing = { failures: [], cut: 0, routes: 0, ms: limit, hangs: true }
  const over = new AbortController()
  worker.postMessage(file)
  const result = await Promise.race([
    once(worker, 'message', { signal: over.signal }).then(([answer]) => answer),
    setTimeout(limit, nothing, { signal: over.signal }),
  ]).catch((error) => ({ ...nothing, crash: error.stack }))
  over.abort()
  return result
}

async function answerRequests() {
  const { scanProject } = await import('../dist/scan/scan.js')
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'itest-fuzz-')))
  process.on('exit', () => rmSync(root, { recursive: true, force: true }))
  parentPort.on('message', (file) => parentPort.postMessage(examine(scanProject, root, file)))
}

/** The slowest step counts: a scan of the project, or the dossier of one of its routes. */
function examine(scanProject, root, file) {
  const module = `subject${extname(file)}`
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root)
  writeFileSync(join(root, 'package.json'), '{ "name": "fuzz", "main": "app.js", "dependencies": { "express": "5" } }')
  writeFileSync(join(root, 'app.js'), appFor(module))
  writeFileSync(join(root, module), readFileSync(file))
  const took = []
  const timed = (what, run) => {
    const start = performance.now()
    const value = run()
    took.push({ what, ms: performance.now() - start })
    return value
  }
  const records = []
  try {
    const scan = timed('scan', () => scanProject(root))
    records.push(...scan.codebase.unresolved)
    const { routes } = scan.codebase
    if (!routes.some((route) => route.path === '/control')) throw new Error('the control route is missing')
    const step = Math.max(1, Math.ceil(routes.length / TRACED))
    for (const route of routes.filter((_, index) => index % step === 0)) {
      const dossier = timed(`${route.method} ${route.path}`, () => scan.readDossier(route))
      records.push(...dossier.unresolved)
      JSON.stringify(dossier)
    }
    return { ...summarize(records, took), routes: routes.length }
  } catch (error) {
    return { ...summarize(records, took), routes: 0, crash: error.stack }
  }
}

function summarize(records, took) {
  const slowest = took.sort((a, b) => b.ms - a.ms)[0]
  return {
    failures: records.filter(({ what }) => FAILED.test(what)).map(({ what, at }) => `${at.file}:${at.line} ${what}`),
    cut: records.filter(({ what }) => CUT.test(what)).length,
    ms: slowest?.ms ?? 0,
    slowest: slowest?.what ?? 'scan',
  }
}

function print(results, peak) {
  const named = (file) => relative(process.cwd(), file)
  const crashed = results.filter(({ crash }) => crash)
  const kinds = new Map()
  for (const { file, crash } of crashed) {
    const [message, ...frames] = crash.split('\n')
    const kind = `${message}${frames[0] ?? ''}`
    if (!kinds.has(kind)) kinds.set(kind, `${named(file)}\n${crash}`)
  }
  for (const first of kinds.values()) console.log(`\ncrash: ${first}`)
  for (const { file, hangs } of results) if (hangs) console.log(`\nno end in time: ${named(file)}`)
  for (const { file, failures } of results)
    for (const failure of failures) console.log(`\nfailure: ${named(file)}\n  ${failure}`)
  console.log('\nslowest:')
  for (const { file, ms, slowest } of [...results].sort((a, b) => b.ms - a.ms).slice(0, 12))
    console.log(`  ${Math.round(ms)} ms  ${slowest}  ${named(file)}`)
  console.log(
    `\n${results.length} files, ${results.reduce((sum, { routes }) => sum + routes, 0)} routes, ${crashed.length} crashes (${kinds.size} kinds), ` +
      `${results.filter(({ failures }) => failures.length > 0).length} with failures of analysis, ${results.filter(({ cut }) => cut > 0).length} cut at a limit, ` +
      `${results.filter(({ ms }) => ms > 3000).length} slower than 3 s, peak RSS ${Math.round(peak / 2 ** 20)} MB`,
  )
}
