import type { Machine } from '../interpret/machine.ts'
import { brief, locate, ts } from '../syntax/syntax.ts'
import type { BootPart, DatabaseFacts, EnvironmentRule, EnvironmentVariable, SourceLocation } from '../types.ts'
import type { PartOf } from './boot-facts.ts'
import type { EnvironmentCheck, EnvironmentRead, LengthCheck, LoggedRule } from './boot-log.ts'
import { mask } from './database-address.ts'
import { howConditionEnds, howListEnds } from './endings.ts'
import { findFallback } from './fallbacks.ts'
import { lengthRule } from './length-checks.ts'
import { assumedSet } from './set-in-tests.ts'

interface Variable {
  readonly name: string
  readonly reads: readonly EnvironmentRead[]
  readonly checks: readonly EnvironmentCheck[]
  readonly lengths: readonly LengthCheck[]
  readonly rules: readonly LoggedRule[]
  readonly part: BootPart
}

/** Every variable that loading the app reads or checks, in the order of its name. */
export function readEnvironment(machine: Machine, partOf: PartOf, database: DatabaseFacts): EnvironmentVariable[] {
  const { boot } = machine
  const seen = [...boot.reads, ...boot.rules].filter(({ file }) => partOf(file) !== null)
  return [...new Set(seen.map(({ name }) => name))].sort().map((name) => {
    const own = seen.filter((one) => one.name === name)
    return describeVariable(machine, database, {
      name,
      reads: boot.reads.filter((read) => read.name === name && partOf(read.file) !== null),
      checks: boot.checks.filter((check) => check.name === name && partOf(check.file) !== null),
      lengths: boot.lengths.filter((check) => check.name === name && partOf(check.file) !== null),
      rules: boot.rules.filter((rule) => rule.name === name && partOf(rule.file) !== null),
      part: own.some((one) => partOf(one.file, placeOf(machine, one)) === 'app') ? 'app' : 'server',
    })
  })
}

function placeOf(machine: Machine, one: EnvironmentRead | LoggedRule): string {
  return 'node' in one ? one.node.getSourceFile().fileName : `${machine.root}/${one.at.file}`
}

function describeVariable(machine: Machine, database: DatabaseFacts, variable: Variable): EnvironmentVariable {
  const rule = variable.rules[0] ?? lengthRule(variable.lengths, readChecks(variable))
  const fallback = variable.reads.map(({ node }) => findFallback(node)).find((found) => found !== null) ?? null
  const usedFor = findUse(variable.name, database)
  return {
    name: variable.name,
    readAt: readPlaces(machine, variable),
    part: variable.part,
    required: rule?.required ?? (fallback ? false : null),
    default: maskDefault(rule ? rule.default : (fallback?.literal ?? null), usedFor),
    validation: rule ? { by: rule.by, shape: rule.shape, text: maskRule(rule.text, usedFor) } : null,
    whenMissing: rule?.whenMissing ?? 'undefined',
    assumedSet: assumedSet(machine, variable.name),
    usedFor,
  }
}

function readPlaces(machine: Machine, { reads, rules }: Variable): SourceLocation[] {
  const places = [...reads.map(({ node }) => locate(machine.root, node)), ...rules.map(({ at }) => at)]
  const byText = new Map(places.map((at) => [`${at.file}:${String(at.line).padStart(6)}`, at]))
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, at]) => at)
}

/** A condition of the project's own that ends the process when the variable is missing. */
function readChecks({ checks, reads }: Variable): EnvironmentRule | null {
  for (const { node, whenMissing } of checks) {
    const ending = howConditionEnds(node, whenMissing)
    if (ending) return ownRule(node, ending)
  }
  for (const { node } of reads) {
    const ending = howListEnds(node)
    if (ending) return ownRule(node, ending)
  }
  return null
}

function ownRule(node: ts.Node, whenMissing: 'throws' | 'exits'): EnvironmentRule {
  let shown = node
  while (shown.parent && ts.isExpression(shown.parent)) shown = shown.parent
  return { by: 'code', shape: null, text: brief(shown), required: true, default: null, whenMissing }
}

/** That there is a default matters; what it is does not, when it was meant to be secret. */
function maskDefault(text: string | null, usedFor: EnvironmentVariable['usedFor']): string | null {
  if (text === null || text === '') return text
  return usedFor === 'secret' ? '***' : mask(text)
}

function maskRule(text: string, usedFor: EnvironmentVariable['usedFor']): string {
  const quoted = (literal: string): string => `'${usedFor === 'secret' ? '***' : mask(literal)}'`
  return text.replace(/(?<=(?:default\(|default: ))'([^']*)'/g, (_whole, literal: string) => quoted(literal))
}

function findUse(name: string, database: DatabaseFacts): EnvironmentVariable['usedFor'] {
  if (database.urlVariables.includes(name) || Object.values(database.partVariables).includes(name)) return 'database'
  if (/(?:^|_)PORT$/i.test(name)) return 'port'
  if (/SECRET|PASSWORD|PASSWD|TOKEN(?!S)|SALT(?!_ROUNDS)|(?:^|_)KEY|APIKEY|CREDENTIAL/i.test(name)) return 'secret'
  return /(?:URL|URI|HOST|ORIGIN|ENDPOINT|DOMAIN)S?$/i.test(name) ? 'address' : 'other'
}
