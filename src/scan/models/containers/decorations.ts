import type { Call } from '../../interpret/call.ts'
import { describePackage } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { classOfPrototype } from '../../interpret/prototypes.ts'
import {
  type ClassValue,
  type Decoration,
  knownString,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { memberNames } from '../packages.ts'
import { registerDecorated } from './containers.ts'

/** Packages whose decorators are read where they matter. */
const READ =
  /^(?:tsyringe|inversify|inversify-express-utils|inversify-binding-decorators|@inversifyjs\/.*|typedi|awilix-express|routing-controllers|tsoa|@tsoa\/.*)$/
/** Packages whose decorators describe data or documents: no request goes another way because of them. */
const DESCRIBING =
  /^(?:class-validator|class-transformer|typeorm|mongoose|@typegoose\/.*|@mikro-orm\/.*|sequelize-typescript|routing-controllers-openapi|class-validator-jsonschema|swagger-express-ts|@nestjs\/swagger|type-graphql|core-decorators|autobind-decorator|mobx)(?:\/|$)/

/** Keeps what a decorator of a package says; `args` are what TypeScript gives it: target, key, descriptor or index. */
export function decorateFromPackage(
  machine: Machine,
  value: PackageValue,
  args: readonly Value[],
  node: ts.Node,
): void {
  const [target, key, place] = args
  const type = decoratedClass(target)
  if (!type) return noteUnresolved(machine, `what the decorator ${describePackage(value)} is put on`, node)
  const decoration: Decoration = {
    module: value.module,
    name: memberNames(value).at(-1) ?? '',
    args: lastArguments(value),
    value,
    key: knownString(key),
    index: place?.kind === 'literal' && typeof place.value === 'number' ? place.value : null,
    node,
  }
  type.decorations.push(decoration)
  const all = decorated.get(machine) ?? new Set()
  decorated.set(machine, all.add(type))
  if (READ.test(value.module)) return registerDecorated(machine, type, decoration)
  if (!DESCRIBING.test(value.module))
    noteUnresolved(machine, `what the decorator ${describePackage(value)} does is not known`, node)
}

const decorated = new WeakMap<Machine, Set<ClassValue>>()

/** Every class with decorations, in the order in which they came up. */
export function decoratedClasses(machine: Machine): readonly ClassValue[] {
  return [...(decorated.get(machine) ?? [])]
}

function decoratedClass(target: Value | undefined): ClassValue | null {
  return target?.kind === 'class' ? target : classOfPrototype(target)
}

function lastArguments(value: PackageValue): readonly Value[] {
  const last = value.steps.at(-1)
  return last && last.kind !== 'member' ? last.args : []
}

/** A decorator called by hand: `injectable()(target)`, `inject(token)(target, key, index)`, `decorate(injectable(), X)`. */
export function callDecorator(machine: Machine, callee: PackageValue, call: Call): Value | null {
  const [first, second] = call.args
  if (callee.module === 'inversify' && memberNames(callee).at(-1) === 'decorate' && first?.kind === 'package') {
    const [, target, index] = call.args
    decorateFromPackage(machine, first, [target ?? UNDEFINED, UNDEFINED, index ?? UNDEFINED], call.node)
    return UNDEFINED
  }
  const isMade = callee.steps.at(-1)?.kind === 'call'
  if (!isMade || !decoratedClass(first) || (second && second.kind !== 'literal')) return null
  decorateFromPackage(machine, callee, call.args, call.node)
  return UNDEFINED
}

/** The decorations of a member, or of one parameter of it; those of the class itself for `key: null`. */
export function decorationsOf(
  type: ClassValue,
  { key, index = null }: { key: string | null; index?: number | null },
): Decoration[] {
  return type.decorations.filter((one) => one.key === key && one.index === index)
}
