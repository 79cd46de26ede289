import path from 'node:path'
import { UserError } from '../errors.ts'
import { readDatabaseFacts } from './database-facts.ts'
import { describeTable, readDossier } from './dossier.ts'
import { isAside, listEntries } from './entries.ts'
import { findApps } from './find-app.ts'
import { indexRoutes } from './index-routes.ts'
import { createMachine, type Machine, noteRecord } from './machine.ts'
import { loadModule } from './modules.ts'
import { openProject, type ProjectFiles } from './project.ts'
import { sweepSources } from './sweep.ts'
import { createParser, relativePath } from './syntax.ts'
import type { Codebase, Dossier, Route } from './types.ts'

/** A scanned project: what it holds, and the dossier of any of its routes on demand. */
export interface Scan {
  readonly files: ProjectFiles
  readonly codebase: Codebase
  readonly readDossier: (route: Route) => Dossier
  /** Files of the app that can't be read, or only in part: it will hardly start. */
  readonly broken: readonly BrokenFile[]
}

export interface BrokenFile {
  /** Relative to the root. */
  readonly file: string
  /** 1-based; null when nothing of the file could be read. */
  readonly line: number | null
  readonly message: string
}

export interface ScanOptions {
  /** The file of the app, relative to the root; null: the project is searched. */
  readonly app?: string | null
}

/**
 * Reads the project at `root` (absolute). Nothing of it is run; what can't be read is on record.
 * @throws UserError when there is no package.json, no Express, or no app
 */
export function scanProject(root: string, options: ScanOptions = {}): Scan {
  const files = openProject(root)
  assertExpress(files)
  const machine = createMachine(root, files, createParser(files.disk.read))
  noteSettings(machine, files)
  const apps = findApps(machine, files, { appFile: findAppFile(files, options.app ?? null) })
  if (apps.length === 0) throw noApp(machine, files, options.app ?? null)
  loadDatabaseFiles(machine, files)
  const index = indexRoutes(machine, apps)
  const sweep = sweepSources(
    machine,
    apps.map(({ router }) => router),
  )
  const codebase: Codebase = {
    apps: apps.map(({ entry }) => entry),
    routes: index.routes.map(({ route }) => route),
    opaque: index.opaque,
    findings: index.findings,
    dead: sweep.dead,
    tables: [...machine.tables.values()].map((table) => describeTable(machine, table)),
    database: readDatabaseFacts(machine, files),
    unresolved: [...machine.unresolved.values(), ...sweep.unresolved],
  }
  return {
    files,
    codebase,
    readDossier: (route) => readDossier(machine, { indexed: index.routes, route, tables: codebase.tables }),
    broken: findBroken(machine),
  }
}

/** Imports are lazy, so the files that make the database and its tables may not have been needed so far. */
function loadDatabaseFiles(machine: Machine, files: ProjectFiles): void {
  for (const file of files.sources) {
    if (isAside(files, file) || /seed/.test(relativePath(files.root, file))) continue
    if (/\bdrizzle\s*[(<]|\b(?:pg|sqlite|mysql)(?:Table(?:Creator)?|Schema)\s*\(/.test(files.disk.read(file) ?? ''))
      loadModule(machine, file)
  }
}

function assertExpress(files: ProjectFiles): void {
  if (files.hasPackage('express')) return
  throw new UserError(`no Express in ${files.root}: package.json does not list it`, {
    hint: 'itest tests Express apps. Run it in the folder whose package.json depends on express.',
  })
}

/** @throws UserError when the project does not use Drizzle, without which there are no tables to test against */
export function assertDrizzle(files: ProjectFiles): void {
  if (files.hasPackage('drizzle-orm')) return
  throw new UserError(`no Drizzle in ${files.root}: package.json does not list drizzle-orm`, {
    hint: 'itest needs drizzle-orm to know the tables. Run it in the folder whose package.json depends on it.',
  })
}

/** A tsconfig whose base is not installed still says something; what it leaves out may matter to the imports. */
function noteSettings(machine: Machine, { root, tsconfig, tsconfigProblems }: ProjectFiles): void {
  const at = { file: tsconfig ? relativePath(root, tsconfig) : 'tsconfig.json', line: 1 }
  for (const problem of tsconfigProblems)
    noteRecord(machine, { what: `this tsconfig can not be read in full: ${problem}`, text: '', at })
}

function findAppFile(files: ProjectFiles, app: string | null): string | null {
  if (app === null) return null
  const file = path.resolve(files.root, app)
  if (files.disk.isFile(file)) return file
  throw new UserError(
    `--app ${app}: expected a file of the project, found ${files.disk.isFolder(file) ? 'a folder' : 'nothing'} at ${file}`,
    {
      hint: 'Name the file that makes or starts the Express app, relative to the project, e.g. --app src/server.ts.',
    },
  )
}

function findBroken(machine: Machine): BrokenFile[] {
  return [...machine.modules.values()].flatMap((module): BrokenFile[] => {
    const file = relativePath(machine.root, module.file)
    const failure = machine.files.disk.failure(module.file)
    if (failure !== null) return [{ file, line: null, message: failure }]
    const [first] = module.errors
    return first ? [{ file, ...first }] : []
  })
}

/** The user's mistake that a broken file is, where something can't go on without it. */
export function describeBroken({ file, line, message }: BrokenFile): UserError {
  if (line === null)
    return new UserError(`${file} can't be read: ${message}`, { hint: 'Make the file readable; the app imports it.' })
  return new UserError(`syntax error in ${file}:${line}: ${message}`, {
    hint: 'Fix it first; `npx tsc --noEmit` shows the same error.',
  })
}

/** @throws UserError when the project has no tsconfig, by whose settings generated code is checked */
export function assertTsconfig({ root, tsconfig }: ProjectFiles): void {
  if (tsconfig) return
  throw new UserError(`no tsconfig.json in ${root}`, {
    hint: 'itest type-checks what it writes with your settings. Create one with `npx tsc --init`.',
  })
}

function noApp(machine: Machine, files: ProjectFiles, app: string | null): UserError {
  const [broken] = findBroken(machine)
  if (broken) return describeBroken(broken)
  if (app !== null)
    return new UserError(`no Express app with routes in ${app} or what it imports`, {
      hint: 'Name the file that makes the app, or leave --app out and let itest search.',
    })
  const { likely, making } = listEntries(files)
  const looked = [...new Set([...likely, ...making])].map((file) => relativePath(files.root, file))
  return new UserError('no Express app with routes found', {
    hint:
      looked.length > 0
        ? `Looked from ${looked.slice(0, 8).join(', ')}. Is the app somewhere else? Name its file with --app FILE, or its project with --root DIR.`
        : 'Is this the folder of the Express project? Name it with --root DIR.',
  })
}
