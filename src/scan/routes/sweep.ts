import type { Machine } from '../interpret/machine.ts'
import { describeStop } from '../interpret/stops.ts'
import type { RouterValue } from '../interpret/values.ts'
import { isAside } from '../project/entries.ts'
import { brief, locate, parseText, relativePath, siteOf, ts } from '../syntax/syntax.ts'
import type { DeadRegistration, SourceLocation, Unresolved } from '../types.ts'
import { findLazyImports } from './lazy-imports.ts'
import { findRegistrationLike } from './registration-like.ts'

export interface Sweep {
  readonly dead: readonly DeadRegistration[]
  readonly unresolved: readonly Unresolved[]
}

/**
 * Holds the routes found against the text: every call that looks like a registration was either followed, or is said here,
 * as dead with the reason or as unresolved. Files with broken syntax that nothing imports come up here too.
 */
export function sweepSources(machine: Machine, apps: readonly RouterValue[]): Sweep {
  const mounted = new Set(apps.flatMap((app) => [...reachableRouters(app)]))
  const unplaced = placesOf(machine)
  const lazy = findLazyImports(machine)
  const dead: DeadRegistration[] = []
  const unresolved: Unresolved[] = []
  for (const file of machine.files.sources) {
    if (isAside(machine.files, file)) continue
    try {
      sweepFile(machine, file, { mounted, unplaced, lazy, dead, unresolved })
    } catch (error) {
      unresolved.push({ what: describeStop(error), text: '', at: { file: relativePath(machine.root, file), line: 1 } })
    }
  }
  return { dead, unresolved }
}

interface Sweeping {
  readonly mounted: ReadonlySet<RouterValue>
  /** Routers below a mount whose path is not known, and where that is. */
  readonly unplaced: ReadonlyMap<RouterValue, SourceLocation>
  readonly lazy: ReadonlyMap<string, SourceLocation>
  readonly dead: DeadRegistration[]
  readonly unresolved: Unresolved[]
}

function sweepFile(machine: Machine, file: string, { dead, unresolved, ...known }: Sweeping): void {
  const { tree, errors } = readTree(machine, file)
  if (!machine.modules.has(file) && errors[0]) {
    const at = { file: relativePath(machine.root, file), line: errors[0].line }
    unresolved.push({ what: `syntax error: ${errors[0].message}`, text: '', at })
  }
  if (!tree) return
  for (const call of findRegistrationLike(tree)) {
    const verdict = judge(machine, call, known)
    if (!verdict) continue
    const record = { text: brief(call), at: locate(machine.root, call) }
    if (verdict.isDead) dead.push({ ...record, why: verdict.why })
    else unresolved.push({ ...record, what: verdict.why })
  }
}

/** Files that no app reached are parsed for this alone, and only those that can matter. */
function readTree(
  machine: Machine,
  file: string,
): { tree: ts.SourceFile | null; errors: readonly { message: string; line: number }[] } {
  if (machine.modules.has(file)) return { tree: machine.parser.parse(file).tree, errors: [] }
  // A page of a browser app registers nothing, and there may be thousands.
  if (/\.[jt]sx$/.test(file)) return { tree: null, errors: [] }
  const { tree, errors } = parseText(file, machine.files.disk.read(file) ?? '')
  return { tree, errors }
}

function reachableRouters(router: RouterValue, seen: Set<RouterValue> = new Set()): Set<RouterValue> {
  if (seen.has(router)) return seen
  seen.add(router)
  for (const { handlers } of router.registrations) {
    for (const handler of handlers) {
      const inner = handler.kind === 'namespace' ? handler.member('default') : handler
      if (inner?.kind === 'router') reachableRouters(inner, seen)
    }
  }
  return seen
}

function placesOf({ unplaced }: Machine): ReadonlyMap<RouterValue, SourceLocation> {
  return new Map(unplaced.flatMap(({ router, at }) => [...reachableRouters(router)].map((one) => [one, at] as const)))
}

interface Verdict {
  readonly isDead: boolean
  readonly why: string
}

/** Null when the call was followed, or when what is unknown about it is on record already. */
function judge(
  machine: Machine,
  node: ts.CallExpression,
  { mounted, unplaced, lazy }: Omit<Sweeping, 'dead' | 'unresolved'>,
): Verdict | null {
  const file = node.getSourceFile().fileName
  const routers = machine.registeredAt.get(siteOf(node))
  if (routers) {
    if ([...routers].some((router) => mounted.has(router))) return null
    const [place] = [...routers].flatMap((router) => unplaced.get(router) ?? [])
    return place
      ? { isDead: false, why: `its router is mounted at ${place.file}:${place.line}, at a path that is not known` }
      : { isDead: true, why: 'its router is mounted in no app' }
  }
  if (machine.unknownCalls.has(siteOf(node))) return null
  const loading = lazy.get(file)
  if (loading) {
    const place = `${loading.file}:${loading.line}`
    return { isDead: false, why: `its file is loaded while the app runs, at ${place}, and may be mounted then` }
  }
  if (!machine.modules.has(file)) return { isDead: true, why: 'no app needs this file' }
  const around = enclosingFunction(node)
  if (around) return { isDead: true, why: `${around} is not called while an app is made` }
  return { isDead: false, why: 'looks like a registration and was not followed; the condition around it may decide' }
}

function enclosingFunction(node: ts.Node): string | null {
  for (let current: ts.Node | undefined = node.parent; current; current = current.parent) {
    if (ts.isClassStaticBlockDeclaration(current)) return null
    if (ts.isConstructorDeclaration(current)) return `the constructor of ${current.parent.name?.text ?? 'the class'}`
    if (!ts.isFunctionLike(current)) continue
    if (isCalledAtOnce(current)) continue
    return `the function ${functionName(current)}`
  }
  return null
}

/** `(async () => { ... })()` and the callback of `list.forEach(...)` run where they stand. */
function isCalledAtOnce(node: ts.SignatureDeclaration): boolean {
  const outer = ts.isParenthesizedExpression(node.parent) ? node.parent : node
  return ts.isCallExpression(outer.parent)
}

function functionName(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText()
  const { parent } = node
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText()
  return 'around it'
}
