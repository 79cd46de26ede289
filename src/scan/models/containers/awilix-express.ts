import { getMember, setMember } from '../../interpret/access.ts'
import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import {
  type ClassValue,
  type Decoration,
  knownString,
  literal,
  native,
  object,
  type PackageValue,
  type RouterValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { memberNames } from '../packages.ts'
import { actionHandler, makeRouter, registerOn } from './actions.ts'
import { classesMatching, patternIn } from './class-files.ts'
import { decorationsOf } from './decorations.ts'
import { typeRegistry } from './injection.ts'
import { instantiate } from './instantiate.ts'

const VERBS = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ALL)$/
const containers = new WeakMap<Machine, Value>()

/** `scopePerRequest`, `loadControllers`, `controller`, `inject`, `makeInvoker`; null for anything else. */
export function callAwilixExpress(machine: Machine, callee: PackageValue, { args, node }: Call): Value | null {
  if (callee.module !== 'awilix-express') return null
  const [first = UNDEFINED] = args
  switch (memberNames(callee).at(-1)) {
    case 'scopePerRequest':
      containers.set(machine, first)
      return scopeMiddleware(machine, first)
    case 'loadControllers':
      return loadControllers(machine, first, node)
    case 'controller':
      return routerOf(machine, first.kind === 'array' ? first.items : [first], node)
    case 'inject':
      return native('inject', (given, at) => {
        const handler = built(machine, first, at)
        return callFunctionLike(machine, { callee: handler, self: null, args: given, node: at })
      })
    case 'makeInvoker':
    case 'makeClassInvoker':
    case 'makeFunctionInvoker':
      return native('invoker', ([method], at) => invoke(machine, first, { method, node: at }))
    default:
      return null
  }
}

function scopeMiddleware(machine: Machine, container: Value): Value {
  return native('scopePerRequest', ([request, , next], node) => {
    setMember(machine, request ?? UNDEFINED, 'container', container)
    return callFunctionLike(machine, { callee: next ?? UNDEFINED, self: null, args: [], node })
  })
}

/** What the container makes of a class or a function. */
function built(machine: Machine, target: Value, node: ts.Node): Value {
  const container = containers.get(machine)
  if (!container) {
    if (target.kind === 'class') return instantiate(machine, typeRegistry(machine), target, node)
    noteUnresolved(machine, 'which container is meant here is not known before a run', node)
    return callFunctionLike(machine, { callee: target, self: null, args: [object([], { open: true })], node })
  }
  const callee = getMember(machine, container, 'build', node)
  return callFunctionLike(machine, { callee, self: container, args: [target], node })
}

/** `makeInvoker(OrderApi)('list')`: a handler that calls the method of what the container makes. */
function invoke(
  machine: Machine,
  target: Value,
  { method, node }: { method: Value | undefined; node: ts.Node },
): Value {
  const key = knownString(method)
  if (key === null) noteUnresolved(machine, 'which method this calls is not known before a run', node)
  const instance = built(machine, target, node)
  const handler = getMember(machine, instance, key ?? '', node)
  return handler.kind === 'function' ? { ...handler, self: handler.self ?? instance } : handler
}

function loadControllers(machine: Machine, pattern: Value, node: ts.Node): Value {
  const text = patternIn(pattern)
  if (text === null) noteUnresolved(machine, 'which controllers are loaded here is not known before a run', node)
  return routerOf(machine, text === null ? [] : classesMatching(machine, text), node)
}

function routerOf(machine: Machine, types: readonly Value[], node: ts.Node): Value {
  const router = makeRouter(machine, 'Router', node)
  for (const type of types) {
    if (type.kind !== 'class') noteUnresolved(machine, 'which controller this is is not known before a run', node)
    else if (router) registerController(machine, router, type)
  }
  return router ?? UNDEFINED
}

function registerController(machine: Machine, router: RouterValue, type: ClassValue): void {
  const whole = decorationsOf(type, { key: null })
  const keys = new Set(type.decorations.flatMap(({ key }) => (key === null ? [] : [key])))
  const named = [...keys].map((key) => ({ key, own: decorationsOf(type, { key }) }))
  const actions = named.filter(({ own }) => own.some(isVerb))
  if (actions.length === 0) return
  const [first] = type.decorations
  const instance = first ? built(machine, type, first.node) : UNDEFINED
  for (const { key, own } of actions) {
    const handler = actionHandler(machine, {
      type,
      key,
      instance,
      argumentsFor: ({ request, response, next }) => [request, response, next],
      answer: () => undefined,
    })
    const chain = [...argumentsOf([...whole, ...own], 'before'), handler, ...argumentsOf([...whole, ...own], 'after')]
    for (const { path, node } of pathsOf(machine, whole, own))
      for (const verb of own.filter(isVerb).flatMap(verbsOf))
        registerOn(machine, router, { verb, args: [literal(path), ...chain], node })
  }
}

function isVerb({ name }: Decoration): boolean {
  return VERBS.test(name) || name === 'verbs'
}

function verbsOf({ name, args }: Decoration): string[] {
  const [list] = args
  if (name !== 'verbs') return [name.toLowerCase()]
  return list?.kind === 'array' ? list.items.flatMap((item) => knownString(item)?.toLowerCase() ?? []) : []
}

function argumentsOf(said: readonly Decoration[], name: string): Value[] {
  return said
    .filter((one) => one.name === name)
    .flatMap(({ args }) => args.flatMap((arg) => (arg.kind === 'array' ? arg.items : [arg])))
}

/** The class's paths before the method's. */
function pathsOf(
  machine: Machine,
  whole: readonly Decoration[],
  own: readonly Decoration[],
): { path: string; node: ts.Node }[] {
  const read = (said: readonly Decoration[]): { text: string; node: ts.Node | null }[] => {
    const found = said.filter(({ name }) => name === 'route')
    const paths = found.flatMap(({ args, node }) => {
      const text = knownString(args[0])
      if (text === null) noteUnresolved(machine, 'the path of this route is not known before a run', node)
      return text === null ? [] : [{ text, node }]
    })
    return found.length > 0 ? paths : [{ text: '', node: null }]
  }
  const verb = own.find(isVerb)
  return read(whole).flatMap((prefix) =>
    read(own).flatMap((end) => {
      const node = end.node ?? verb?.node
      return node ? [{ path: `${prefix.text}${end.text}` || '/', node }] : []
    }),
  )
}
