import { callFunctionLike } from '../interpret/call.ts'
import { constructClass } from '../interpret/classes.ts'
import { type Machine, noteUnresolved } from '../interpret/machine.ts'
import { loadModule } from '../interpret/modules.ts'
import { describeStop } from '../interpret/stops.ts'
import { type ClassValue, type FunctionValue, operation, type RouterValue, type Value } from '../interpret/values.ts'
import { listEntries } from '../project/entries.ts'
import type { ProjectFiles } from '../project/project.ts'
import { relativePath, ts } from '../syntax/syntax.ts'
import { walkSyntax } from '../syntax/walk-syntax.ts'
import type { AppEntry } from '../types.ts'
import { describeEntry } from './describe-entry.ts'

export interface FoundApp {
  readonly router: RouterValue
  readonly entry: AppEntry
}

export interface AppSearch {
  /** Absolute path of the file that the user names as the app's; null: the project is searched. */
  readonly appFile: string | null
}

/** Evaluates the project from its entries and returns the apps that turn up: first those that listen, else in that order. */
export function findApps(machine: Machine, files: ProjectFiles, { appFile }: AppSearch): FoundApp[] {
  const entries = listEntries(files)
  const started = appFile === null ? entries.likely : [appFile]
  for (const file of started) loadModule(machine, file)
  if (appFile === null) for (const file of entries.making) loadModule(machine, file)
  callFactories(machine, new Set(appFile === null ? entries.making : started))
  const apps = machine.routers.filter((router) => hasLayers(machine, router) && !isMounted(machine, router))
  const isListening = (router: RouterValue): boolean => machine.listeners.some(({ app }) => app === router)
  return apps
    .map((router) => ({ router, entry: describeEntry(machine, router, { files, appFile }) }))
    .sort((a, b) => Number(isListening(b.router)) - Number(isListening(a.router)))
}

function hasLayers(machine: Machine, router: RouterValue): boolean {
  return router.isApp && (router.registrations.length > 0 || machine.unplaced.some(({ on }) => on === router))
}

/** An app inside another app is one of its routers. */
function isMounted(machine: Machine, app: RouterValue): boolean {
  return machine.routers.some((router) => router.registrations.some(({ handlers }) => handlers.includes(app)))
}

/** An app that nobody makes at import is made here, as a test would: by the exported factory or class. */
function callFactories(machine: Machine, files: ReadonlySet<string>): void {
  for (const file of files) {
    const module = loadModule(machine, file)
    for (const [name, read] of module.exports) {
      const value = read()
      if (!value || !isMaker(value) || value.node.getSourceFile().fileName !== file) continue
      if (wasCalled(machine, value) || !(makesApp(value.node) || isNamedForIt(machine, name))) continue
      callFactory(machine, value)
    }
  }
}

type Maker = FunctionValue | ClassValue

function isMaker(value: Value): value is Maker {
  return value.kind === 'function' || value.kind === 'class'
}

/** Whether one of the apps comes out of it already, called by an entry. */
function wasCalled(machine: Machine, { node }: Maker): boolean {
  const tree = node.getSourceFile()
  const file = relativePath(machine.root, tree.fileName)
  const lines = [node.getStart(tree), node.end].map((position) => tree.getLineAndCharacterOfPosition(position).line + 1)
  const [first = 0, last = 0] = lines
  return machine.routers.some(({ isApp, at }) => isApp && at.file === file && first <= at.line && at.line <= last)
}

function isNamedForIt(machine: Machine, name: string): boolean {
  return !machine.routers.some((router) => hasLayers(machine, router)) && /app|server|main|bootstrap|start/i.test(name)
}

function makesApp(root: ts.Node): boolean {
  for (const node of walkSyntax(root))
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'express') return true
  return false
}

/** Its parameters are whatever the caller has: nothing is known of them. */
function callFactory(machine: Machine, factory: Maker): void {
  machine.steps = 0
  const parameters =
    factory.kind === 'function'
      ? factory.node.parameters
      : (factory.node.members.find(ts.isConstructorDeclaration)?.parameters ?? [])
  const args = parameters.flatMap((parameter) =>
    parameter.initializer || parameter.questionToken || parameter.dotDotDotToken
      ? []
      : [operation(`argument ${parameter.name.getText()}`)],
  )
  try {
    if (factory.kind === 'class') constructClass(machine, factory, args, factory.node)
    else callFunctionLike(machine, { callee: factory, self: null, args, node: factory.node })
  } catch (error) {
    noteUnresolved(machine, describeStop(error), factory.node)
  }
}
