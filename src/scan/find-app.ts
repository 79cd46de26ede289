import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../errors.ts'
import { callFunctionLike } from './call.ts'
import { flattenLayers } from './layers.ts'
import { LimitReached, type Machine, type Module, noteUnresolved, Thrown } from './machine.ts'
import { loadModule } from './modules.ts'
import type { ProjectFiles } from './project.ts'
import { relativePath } from './syntax.ts'
import type { AppEntry } from './types.ts'
import type { FunctionValue, RouterValue, Value } from './values.ts'

export interface FoundApp {
  readonly router: RouterValue
  readonly entry: AppEntry
}

const COMMON_ENTRIES = [
  'server',
  'index',
  'app',
  'main',
  'src/server',
  'src/index',
  'src/app',
  'src/main',
  'server/index',
  'src/server/index',
  'api/index',
]
const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']

/** Evaluates the project from its likely entries until Express apps turn up. */
export function findApps(machine: Machine, files: ProjectFiles): FoundApp[] {
  for (const file of likelyEntries(files)) loadModule(machine, file)
  if (!machine.routers.some(hasRoutes)) loadAppFiles(machine, files)
  callFactories(machine)
  const apps = machine.routers.filter((router) => hasRoutes(router) && !isMounted(machine, router))
  if (apps.length === 0) throw noApp(machine, files)
  return apps.map((router) => ({ router, entry: describeEntry(machine, files, router) })).sort(byRoutes(machine))
}

function hasRoutes(router: RouterValue): boolean {
  return router.isApp && router.registrations.length > 0
}

/** An app inside another app is one of its routers. */
function isMounted(machine: Machine, app: RouterValue): boolean {
  return machine.routers.some((router) => router.registrations.some(({ handlers }) => handlers.includes(app)))
}

function byRoutes(machine: Machine): (a: FoundApp, b: FoundApp) => number {
  const count = (app: FoundApp): number =>
    flattenLayers(machine, app.router).filter((layer) => layer.kind === 'route').length
  return (a, b) => count(b) - count(a)
}

function likelyEntries(files: ProjectFiles): string[] {
  const { packageJson } = files
  const scripts = ['dev', 'start', 'start:dev', 'serve', 'develop', 'build'].map(
    (name) => packageJson.scripts?.[name] ?? '',
  )
  const mentioned = [
    packageJson.main ?? '',
    packageJson.module ?? '',
    ...scripts.flatMap((script) => script.match(/[\w./@-]+\.(?:[mc]?[tj]s)\b/g) ?? []),
  ]
  const named = mentioned.flatMap((file) => sourceCandidates(file))
  const common = COMMON_ENTRIES.flatMap((base) => EXTENSIONS.map((extension) => base + extension))
  const existing = [...named, ...common]
    .map((file) => path.join(files.root, file))
    .filter((file) => files.sources.includes(file))
  return [...new Set(existing)].filter((file) => !/\.(?:config|test|spec)\./.test(file))
}

/** `dist/server.js` of a script is built from `src/server.ts` or `server.ts`. */
function sourceCandidates(file: string): string[] {
  const clean = file.replace(/^\.\//, '')
  const base = clean.replace(/\.[mc]?[tj]s$/, '')
  const inSource = [
    base,
    base.replace(/^(?:dist|build|out|lib)\//, 'src/'),
    base.replace(/^(?:dist|build|out|lib)\//, ''),
  ]
  return [clean, ...inSource.flatMap((candidate) => EXTENSIONS.map((extension) => candidate + extension))]
}

function loadAppFiles(machine: Machine, files: ProjectFiles): void {
  for (const file of files.sources) {
    if (/\.(?:test|spec)\.|__tests__|\/tests?\//.test(file)) continue
    if (/\bexpress\s*\(|\.default\s*\(\)/.test(readText(file)) && /express/.test(readText(file)))
      loadModule(machine, file)
  }
}

/** The text of a file that is only looked at; what the app imports is read, and complained about, elsewhere. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** An app that nobody makes at import is made here, as a test would: by calling the exported factory. */
function callFactories(machine: Machine): void {
  if (machine.routers.some(hasRoutes)) return
  for (const module of [...machine.modules.values()]) {
    for (const [name, read] of module.exports) {
      const value = read()
      if (value?.kind !== 'function' || !/app|server|main|bootstrap|start/i.test(name)) continue
      callFactory(machine, value)
    }
  }
}

function callFactory(machine: Machine, factory: FunctionValue): void {
  machine.steps = 0
  try {
    callFunctionLike(machine, { callee: factory, self: null, args: [], node: factory.node })
  } catch (error) {
    const isOurs = error instanceof Thrown || error instanceof LimitReached || error instanceof RangeError
    if (!isOurs) throw error
    noteUnresolved(machine, 'this does not run to its end as far as analysis can tell', factory.node)
  }
}

function describeEntry(machine: Machine, files: ProjectFiles, router: RouterValue): AppEntry {
  const expressMajor = readExpressMajor(files)
  const exported = findExport(machine, (value) => value === router)
  const listener = machine.listeners.find((candidate) => candidate.app === router)
  if (exported && !(listener && listener.file === exported.module.file)) {
    return { ...place(machine, exported.module, router), how: 'exported', exportName: exported.name, expressMajor }
  }
  const maker = machine.makers.get(router)
  const factory = maker && findExport(machine, (value) => value.kind === 'function' && value.node === maker.node)
  if (factory && maker && !needsArguments(maker)) {
    return { ...place(machine, factory.module, router), how: 'factory', exportName: factory.name, expressMajor }
  }
  const file = listener?.file ?? (exported ? exported.module.file : path.join(files.root, router.at.file))
  return {
    file: relativePath(files.root, file),
    line: router.at.line,
    how: 'listens',
    exportName: exported?.name ?? null,
    expressMajor,
  }
}

function needsArguments(maker: FunctionValue): boolean {
  return maker.node.parameters.some(
    (parameter) => !parameter.initializer && !parameter.questionToken && !parameter.dotDotDotToken,
  )
}

function place(machine: Machine, module: Module, router: RouterValue): { file: string; line: number } {
  return { file: relativePath(machine.root, module.file), line: router.at.line }
}

function findExport(machine: Machine, matches: (value: Value) => boolean): { module: Module; name: string } | null {
  const found = [...machine.modules.values()].flatMap((module) =>
    [...module.exports].flatMap(([name, read]) => {
      const value = read()
      return value && matches(value) ? [{ module, name }] : []
    }),
  )
  // A module that only passes the app on is a worse entry than the one that made it; named beats default for reading.
  return found[0] ?? null
}

/** From the installed package, else from the range in package.json; Express 5 when neither tells. */
function readExpressMajor(files: ProjectFiles): 4 | 5 {
  const installed = path.join(files.root, 'node_modules/express/package.json')
  const version = existsSync(installed) ? readText(installed).match(/"version":\s*"(\d+)/)?.[1] : undefined
  const range = files.packageJson.dependencies?.express ?? files.packageJson.devDependencies?.express
  return (version ?? range?.match(/\d+/)?.[0]) === '4' ? 4 : 5
}

function noApp(machine: Machine, files: ProjectFiles): UserError {
  const broken = [...machine.modules.values()].flatMap((module) =>
    module.errors.map((error) => `${relativePath(files.root, module.file)}:${error.line} ${error.message}`),
  )
  if (broken.length > 0)
    return new UserError(`a syntax error keeps itest from reading the app: ${broken[0]}`, {
      hint: 'Fix the syntax; `npx tsc --noEmit` shows the same error.',
    })
  const looked = likelyEntries(files).map((file) => relativePath(files.root, file))
  return new UserError('no Express app with routes found', {
    hint:
      looked.length > 0
        ? `Looked from ${looked.join(', ')}. Is this the folder of the Express project? Name it with --root DIR.`
        : 'Is this the folder of the Express project? Name it with --root DIR.',
  })
}
