import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { builtFile } from '../../package-paths.ts'
import { relativePath, ts } from '../syntax/syntax.ts'
import type { Casing, Dialect } from '../types.ts'
import { packageFolder, type SafeModule } from './collect-modules.ts'
import type { ChildAnswer, ChildInput } from './types.ts'

export interface ChildRun {
  readonly root: string
  /** The schema files, absolute; `modules` has them and all that they import. */
  readonly entries: readonly string[]
  readonly modules: readonly SafeModule[]
  readonly dialects: readonly Dialect[]
  readonly casing: Casing | null
  readonly timeoutMs: number
}

export type ChildOutcome =
  | { readonly status: 'answered'; readonly answer: ChildAnswer }
  | { readonly status: 'failed'; readonly reason: string }

const OWN_SCRIPTS = ['child', 'close-doors', 'open-drizzle', 'read-run-time-table']
const MEMORY_MB = 256

/**
 * Imports the modules in a process without environment, network or the right to write, from copies in a temporary
 * folder whose `node_modules` are links to the project's packages.
 */
export async function runChild(run: ChildRun): Promise<ChildOutcome> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'itest-tables-')))
  try {
    const input = writeProject(folder, run)
    const failure = await execute(folder, run)
    if (failure) return { status: 'failed', reason: failure }
    if (!existsSync(input.answerFile)) return { status: 'failed', reason: 'the child process ended without an answer' }
    return { status: 'answered', answer: JSON.parse(readFileSync(input.answerFile, 'utf8')) }
  } catch (error) {
    // A full disk, a file that was removed meanwhile: the static tables are still there.
    return { status: 'failed', reason: `the copy can't be made: ${error instanceof Error ? error.message : error}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function writeProject(folder: string, { root, entries, modules, dialects, casing }: ChildRun): ChildInput {
  const copies = new Map(
    modules.map(({ file, isCommonJs }, index) => [file, `module-${index}.${isCommonJs ? 'cjs' : 'mjs'}`]),
  )
  for (const module of modules) {
    const copy = copies.get(module.file)
    if (copy) writeFileSync(path.join(folder, copy), withImports(module, copies))
    for (const specifier of module.packages) linkPackage(folder, specifier, module.file)
  }
  linkPackage(folder, 'drizzle-orm', entries[0] ?? root)
  for (const name of OWN_SCRIPTS) writeFileSync(path.join(folder, `${name}.mjs`), readOwnScript(name))
  const input = {
    modules: entries.map((file) => ({
      file: relativePath(root, file),
      url: pathToFileURL(path.join(folder, copies.get(file) ?? '')).href,
    })),
    dialects,
    casing,
    answerFile: path.join(folder, 'answer.json'),
  }
  writeFileSync(path.join(folder, 'input.json'), JSON.stringify(input))
  return input
}

/** The code with its imports of project files pointing at their copies. */
function withImports({ code, local }: SafeModule, copies: ReadonlyMap<string, string>): string {
  let changed = code
  for (const { fileName, pos } of ts.preProcessFile(code, true, true).importedFiles.toReversed()) {
    const copy = copies.get(local.get(fileName) ?? '')
    const start = code.indexOf(fileName, pos)
    if (copy && start >= 0) changed = `${changed.slice(0, start)}./${copy}${changed.slice(start + fileName.length)}`
  }
  return changed
}

function linkPackage(folder: string, specifier: string, from: string): void {
  const found = packageFolder(specifier, from)
  if (!found) return
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  const link = path.join(folder, 'node_modules', name)
  if (existsSync(link)) return
  mkdirSync(path.dirname(link), { recursive: true })
  symlinkSync(realpathSync(found), link, 'junction')
}

function readOwnScript(name: string): string {
  const code = readFileSync(builtFile(`scan/confirm-tables/${name}.js`), 'utf8')
  return code.replaceAll(/(from\s+['"]\.\/[\w-]+)\.js(['"])/g, '$1.mjs$2')
}

/** Why the process failed; null when it ended well. */
function execute(folder: string, { root, timeoutMs }: ChildRun): Promise<string | null> {
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${MEMORY_MB}`, path.join(folder, 'child.mjs'), path.join(folder, 'input.json')],
    {
      cwd: root,
      env: bareEnvironment(folder),
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    },
  )
  let errors = ''
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (text: string) => {
    errors = `${errors}${text}`.slice(-4000)
  })
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`the child process can't be started: ${error.message}`))
    child.once('close', (code, signal) => {
      if (code === 0) resolve(null)
      else if (signal === 'SIGKILL') resolve(`the child process was stopped after ${timeoutMs} ms`)
      else resolve(`the child process failed: ${mainLine(errors)}`)
    })
  })
}

function bareEnvironment(folder: string): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env
  return { NODE_ENV: 'test', HOME: folder, TMPDIR: folder, ...(PATH && { PATH }), ...(SystemRoot && { SystemRoot }) }
}

/** The line of Node's report that says what went wrong. */
function mainLine(errors: string): string {
  const lines = errors.split('\n').map((line) => line.trim())
  return lines.find((line) => /^(?:\w*Error\b|FATAL)/.test(line)) ?? lines.find((line) => line !== '') ?? 'no message'
}
