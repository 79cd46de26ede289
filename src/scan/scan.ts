import path from 'node:path'
import { UserError } from '../errors.ts'
import { readBootFacts } from './boot-facts.ts'
import { readDatabaseFacts } from './database-facts.ts'
import { type FoundApp, findApps, readText } from './find-app.ts'
import { flattenLayers, type Layer, toRoute } from './layers.ts'
import { createMachine, type Machine } from './machine.ts'
import { loadModule } from './modules.ts'
import { openProject, type ProjectFiles } from './project.ts'
import { createParser, type ts } from './syntax.ts'
import { traceRoute } from './trace-route.ts'
import type { BootFacts, Codebase, Dossier, Route, Table } from './types.ts'
import type { TableValue } from './values.ts'

/** A scanned project: what it holds, and the dossier of any of its routes on demand. */
export interface Scan {
  readonly files: ProjectFiles
  readonly codebase: Codebase
  readonly readDossier: (route: Route) => Dossier
}

/**
 * Reads the project at `root` (absolute). Nothing of it is run.
 * @throws UserError when there is no Express app, no Drizzle, or a file of the app can't be read or parsed.
 */
export function scanProject(root: string): Scan {
  const files = openProject(root)
  assertStack(files)
  const machine = createMachine(root, files, createParser())
  const apps = findApps(machine, files)
  assertSyntax(machine)
  loadDatabaseFiles(machine, files)
  const indexed = apps.flatMap((app) => indexRoutes(machine, app))
  const database = readDatabaseFacts(machine, files)
  let boot: BootFacts | null = null
  const codebase: Codebase = {
    routes: indexed.map(({ route }) => route),
    // Needs modules that routes alone do not, so it is read when it is asked for.
    get boot() {
      boot ??= readBootFacts(machine, apps, database)
      return boot
    },
    tables: [...machine.tables.values()].map((table) => describeTable(machine, table)),
    database,
    unresolved: [...machine.unresolved.values()],
  }
  return { files, codebase, readDossier: (route) => readDossier(machine, { indexed, route, codebase }) }
}

/** Imports are lazy, so the files that make the database and its tables may not have been needed so far. */
function loadDatabaseFiles(machine: Machine, files: ProjectFiles): void {
  for (const file of files.sources) {
    if (/\.(?:test|spec|config)\.|__tests__|seed/.test(path.relative(files.root, file))) continue
    if (/\bdrizzle\s*[(<]|\b(?:pg|sqlite|mysql)(?:Table(?:Creator)?|Schema)\s*\(/.test(readText(file)))
      loadModule(machine, file)
  }
}

interface IndexedRoute {
  readonly route: Route
  readonly app: FoundApp
  readonly layers: readonly Layer[]
}

function indexRoutes(machine: Machine, app: FoundApp): IndexedRoute[] {
  const layers = flattenLayers(machine, app.router)
  return layers.flatMap((layer, index) => {
    const route = layer.kind === 'route' ? toRoute(machine, layers, index) : null
    return route ? [{ route: { ...route, app: `${app.router.at.file}:${app.router.at.line}` }, app, layers }] : []
  })
}

function assertStack(files: ProjectFiles): void {
  const { root } = files
  if (!files.hasPackage('express')) {
    throw new UserError(`no Express in ${root}: package.json does not list it`, {
      hint: 'itest tests Express apps. Run it in the folder whose package.json depends on express.',
    })
  }
  if (!files.hasPackage('drizzle-orm')) {
    throw new UserError(`no Drizzle in ${root}: package.json does not list drizzle-orm`, {
      hint: 'itest needs drizzle-orm to know the tables. Run it in the folder whose package.json depends on it.',
    })
  }
  if (!files.tsconfig) {
    throw new UserError(`no tsconfig.json in ${root}`, {
      hint: 'itest type-checks what it writes with your settings. Create one with `npx tsc --init`.',
    })
  }
}

function assertSyntax(machine: Machine): void {
  for (const module of machine.modules.values()) {
    const [first] = module.errors
    if (!first) continue
    const file = path.relative(machine.root, module.file)
    throw new UserError(`syntax error in ${file}:${first.line}: ${first.message}`, {
      hint: 'Fix it first; `npx tsc --noEmit` shows the same error.',
    })
  }
}

function readDossier(
  machine: Machine,
  options: { indexed: readonly IndexedRoute[]; route: Route; codebase: Codebase },
): Dossier {
  const found = options.indexed.find(({ route }) => route === options.route)
  if (!found) throw new Error(`route ${options.route.method} ${options.route.path} is not of this scan`)
  const { boot } = options.codebase
  machine.boot.routeReads.clear()
  const before = new Set(machine.unresolved.keys())
  const { tree } = machine.parser.parse(path.join(machine.root, found.route.file))
  const exploration = traceRoute(machine, {
    layers: found.layers,
    route: found.route,
    expressMajor: found.app.entry.expressMajor,
    anchor: registrationOf(tree, found.route.line),
  })
  const unresolved = [...machine.unresolved].filter(([key]) => !before.has(key)).map(([, record]) => record)
  const cut =
    exploration.cut > 0
      ? [
          {
            what: `${exploration.cut} more ways through this route were not looked at`,
            text: '',
            at: { file: found.route.file, line: found.route.line },
          },
        ]
      : []
  return {
    route: found.route,
    app: found.app.entry,
    scenarios: exploration.scenarios,
    tables: touchedTables(options.codebase.tables, exploration.scenarios),
    sources: exploration.sources,
    environment: [...new Set([...boot.environment.map(({ name }) => name), ...machine.boot.routeReads])],
    boot,
    unresolved: [...exploration.unresolved, ...unresolved, ...cut],
  }
}

function touchedTables(tables: readonly Table[], scenarios: Dossier['scenarios']): Table[] {
  const wanted = new Set(
    scenarios.flatMap((scenario) =>
      scenario.events.flatMap((event) => (event.kind === 'db' && event.table ? [event.table] : [])),
    ),
  )
  for (let size = -1; size !== wanted.size; ) {
    size = wanted.size
    for (const table of tables.filter(({ name }) => wanted.has(name))) {
      for (const column of table.columns) if (column.references) wanted.add(column.references.table)
    }
  }
  return tables.filter(({ name }) => wanted.has(name))
}

/** The table with the name under which the project exports it. */
function describeTable(machine: Machine, table: TableValue): Table {
  const columns = table.columns.map((column) => ({ ...column, references: machine.references.get(column)?.() ?? null }))
  const own = { name: table.name, dialect: table.dialect, columns }
  for (const module of machine.modules.values()) {
    for (const [exportName, read] of module.exports) {
      if (read() !== table) continue
      return { ...own, exportName, at: { ...table.at, file: path.relative(machine.root, module.file) } }
    }
  }
  return { ...own, exportName: '', at: table.at }
}

/** The statement that registers the route: where Express's own last word is said to come from. */
function registrationOf(tree: ts.SourceFile, line: number): ts.Node {
  const lineAt = (position: number): number => tree.getLineAndCharacterOfPosition(position).line + 1
  const holds = (node: ts.Node): boolean => lineAt(node.getStart(tree)) <= line && line <= lineAt(node.end)
  return tree.statements.find(holds) ?? tree
}
