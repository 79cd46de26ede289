import path from 'node:path'
import { UserError } from '../errors.ts'
import { readBootFacts } from './boot/boot-facts.ts'
import { readDatabaseFacts } from './boot/database-facts.ts'
import { listUnread } from './boot/named-variables.ts'
import { readDossier } from './dossier.ts'
import { createMachine, type Machine, noteRecord } from './interpret/machine.ts'
import { loadDatabaseFiles } from './load-database-files.ts'
import { assertExpress, noApp } from './mistakes.ts'
import { GIVEN } from './models/request-members.ts'
import { isAside } from './project/entries.ts'
import { openProject, type ProjectFiles } from './project/project.ts'
import { findApps } from './routes/find-app.ts'
import { indexRoutes } from './routes/index-routes.ts'
import { readPattern } from './routes/route-pattern.ts'
import { sweepSources } from './routes/sweep.ts'
import { createParser, relativePath } from './syntax/syntax.ts'
import { describeTables } from './tables/describe-tables.ts'
import type { BrokenFile, Codebase, Dossier, Route } from './types.ts'

/** A scanned project: what it holds, and the dossier of any of its routes on demand. */
export interface Scan {
  readonly files: ProjectFiles
  readonly codebase: Codebase
  readonly readDossier: (route: Route) => Dossier
  /** Files of the app that can't be read, or only in part: it will hardly start. */
  readonly broken: readonly BrokenFile[]
  /** Routers that are mounted where the wanted route can't be were left out. */
  readonly isPartial: boolean
}

/** Above so many source files, a scan for one route leaves out what is mounted elsewhere. */
const LARGE = 200

export interface ScanOptions {
  /** The file of the app, relative to the root; null: the project is searched. */
  readonly app?: string | null
  /** The one route that is asked for; null: all are. */
  readonly wanted?: { readonly method: string; readonly path: string } | null
}

/**
 * Reads the project at `root` (absolute). Nothing of it is run; what can't be read is on record.
 * @throws UserError when there is no package.json, no Express, or no app
 */
export function scanProject(root: string, options: ScanOptions = {}): Scan {
  const files = openProject(root)
  assertExpress(files)
  const wanted = options.wanted && files.sources.length > LARGE ? readPattern(options.wanted.path) : null
  const machine = createMachine({ root, files, parser: createParser(files.disk.read), wanted })
  noteSettings(machine, files)
  noteRequestMembers(machine, files)
  loadDatabaseFiles(machine, files)
  const apps = findApps(machine, files, { appFile: findAppFile(files, options.app ?? null) })
  if (apps.length === 0) throw noApp(files, { app: options.app ?? null, broken: findBroken(machine)[0] })
  const index = indexRoutes(machine, apps)
  const sweep = wanted
    ? { dead: [], unresolved: [] }
    : sweepSources(
        machine,
        apps.map(({ router }) => router),
      )
  const database = readDatabaseFacts(machine, files)
  const boot = readBootFacts(machine, apps, database)
  const codebase: Codebase = {
    apps: apps.map(({ entry }) => entry),
    routes: index.routes.map(({ route }) => route),
    opaque: index.opaque,
    findings: index.findings,
    dead: sweep.dead,
    boot,
    tables: describeTables(machine),
    database,
    unresolved: [...machine.unresolved.values(), ...sweep.unresolved],
  }
  const isPartial = machine.passedOver > 0
  const unread = isPartial ? listUnread(boot) : []
  return {
    files,
    codebase,
    readDossier: (route) => readDossier(machine, { indexed: index.routes, route, boot, unread }),
    broken: findBroken(machine),
    isPartial,
  }
}

/** What some file writes on requests is not there where that file has no part, which may then never be loaded. */
function noteRequestMembers(machine: Machine, files: ProjectFiles): void {
  for (const file of files.sources) {
    if (isAside(files, file)) continue
    for (const [, name = ''] of (files.disk.read(file) ?? '').matchAll(REQUEST_WRITE))
      if (!GIVEN.has(name)) machine.requestMembers.add(name)
  }
}

/** `req.caller = ...`, `(req as Authenticated).caller ??= ...`. */
const REQUEST_WRITE = /\breq(?:uest)?(?:\s+as\s+[\w.<>]+\))?\.(\w+)\s*(?:\?\?|\|\|)?=(?![=>])/g

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
