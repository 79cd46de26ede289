import type { Machine } from '../interpret/machine.ts'
import { isLeftOut } from '../interpret/start-conditions.ts'
import type { Value } from '../interpret/values.ts'
import { locate, ts } from '../syntax/syntax.ts'
import type { AssumedText, Assumption, EnvironmentRule, Expression, SourceLocation, StartKind } from '../types.ts'
import { readLengthCheck } from './length-checks.ts'
import type { InTests } from './set-in-tests.ts'

/** What the top levels of modules did while they were evaluated, apart from defining things. */
export interface BootLog {
  readonly reads: EnvironmentRead[]
  readonly checks: EnvironmentCheck[]
  readonly lengths: LengthCheck[]
  readonly rules: LoggedRule[]
  readonly starts: LoggedStart[]
  /** Of each condition, by its place; `node` is the condition. Whose part it is tells where it is written: who asks it first is chance. */
  readonly assumed: Map<string, LoggedAssumption>
  /** Of each variable that a condition at import asked for, what tests were taken to have. */
  readonly inTests: Map<string, InTests>
  /** Of each variable, by the place of the path that is made of it. */
  readonly assumedTexts: Map<string, AssumedText & { readonly node: ts.Node }>
  readonly configFiles: { readonly path: string; readonly at: SourceLocation; readonly file: string }[]
  /** What database drivers were given. */
  readonly drivers: { readonly args: readonly Value[]; readonly at: SourceLocation; readonly file: string }[]
  /** Files that each file loads through `require` and `import()`, whose paths may be computed. */
  readonly loads: Map<string, Set<string>>
  /** Files whose loading puts something into a container. */
  readonly filling: Set<string>
  /** Variables that the route which is being traced has read so far. */
  readonly routeReads: Set<string>
}

export interface LoggedRule extends EnvironmentRule {
  readonly name: string
  readonly at: SourceLocation
  readonly file: string
}

export interface LoggedAssumption extends Assumption {
  readonly node: ts.Node
}

interface LoggedStart {
  readonly kind: StartKind
  readonly package: string
  readonly what: string
  readonly at: SourceLocation
  readonly file: string
}

export interface EnvironmentRead {
  readonly name: string
  readonly node: ts.Node
  /** The file whose top level was running: the one to blame when it is no part of the app. */
  readonly file: string
}

/** A condition on a variable: `node` is true for a value that is there, unless `whenMissing` says otherwise. */
export interface EnvironmentCheck {
  readonly name: string
  readonly node: ts.Node
  readonly whenMissing: boolean
  readonly file: string
}

/** A condition on how long a variable's text is: it falls as `whenShort` says for one that is shorter than `min`. */
export interface LengthCheck {
  readonly name: string
  readonly node: ts.Node
  readonly min: number
  readonly whenShort: boolean
  readonly file: string
}

export function createBootLog(): BootLog {
  return {
    reads: [],
    checks: [],
    lengths: [],
    rules: [],
    starts: [],
    assumed: new Map(),
    inTests: new Map(),
    assumedTexts: new Map(),
    configFiles: [],
    drivers: [],
    loads: new Map(),
    filling: new Set(),
    routeReads: new Set(),
  }
}

/** The file that is being loaded, else that of the node: code that is called after all modules are. */
export function loadingFile(machine: Machine, node: ts.Node): string {
  return machine.loading.at(-1) ?? node.getSourceFile().fileName
}

export function noteRead(machine: Machine, name: string, node: ts.Node): void {
  if (machine.run) machine.boot.routeReads.add(name)
  else machine.boot.reads.push({ name, node, file: loadingFile(machine, node) })
}

export function noteStart(
  machine: Machine,
  start: Pick<LoggedStart, 'kind' | 'package' | 'what'>,
  node: ts.Node,
): void {
  if (machine.run || isLeftOut(machine) || isForLater(node)) return
  machine.boot.starts.push({ ...start, at: locate(machine.root, node), file: loadingFile(machine, node) })
}

/** In a callback that waits for an event or a failure; analysis looks into it all the same. */
function isForLater(node: ts.Node): boolean {
  for (let current = node; current.parent; current = current.parent) {
    const { parent } = current
    if (!ts.isFunctionLike(current) || !ts.isCallExpression(parent)) continue
    const { expression } = parent
    const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : ''
    if (parent.expression !== current && /^(?:on|once|addListener|prependListener|catch)$/.test(name)) return true
  }
  return false
}

export function noteLoad(machine: Machine, from: string, file: string): void {
  const known = machine.boot.loads.get(from)
  if (known) known.add(file)
  else machine.boot.loads.set(from, new Set([file]))
}

/** A condition at the top level of a module, where the project checks what it was given. */
export function noteCheck(machine: Machine, value: Value, node: ts.Node): void {
  if (machine.run || value.kind !== 'symbol') return
  const expression = withoutEmpty(value.expression)
  const file = loadingFile(machine, node)
  if (expression.kind === 'env') machine.boot.checks.push({ name: expression.name, node, whenMissing: false, file })
  if (expression.kind !== 'operation') return
  const length = readLengthCheck(expression)
  if (length) machine.boot.lengths.push({ ...length, node, file })
  const [first, right] = expression.operands
  const left = first && withoutEmpty(first)
  if (left?.kind !== 'env') return
  const asksEmpty = right?.kind === 'undefined' || (right?.kind === 'literal' && !right.value)
  if (expression.name === 'is nullish' || (expression.name === '===' && asksEmpty))
    machine.boot.checks.push({ name: left.name, node, whenMissing: true, file })
}

/** `process.env.KEY || ''` is missing where the variable is. */
function withoutEmpty(expression: Expression): Expression {
  if (expression.kind !== 'operation' || !/^(?:\|\||\?\?)$/.test(expression.name)) return expression
  const [first, second] = expression.operands
  const isEmpty = second?.kind === 'undefined' || (second?.kind === 'literal' && !second.value)
  return first && isEmpty ? first : expression
}
