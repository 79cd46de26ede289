import { express } from '../interpret/express-value.ts'
import type { Machine } from '../interpret/machine.ts'
import type { BootFacts, Expression } from '../types.ts'
import type { PartOf } from './boot-facts.ts'

type HardCoded = BootFacts['hardCoded'][number]
type Text = Pick<HardCoded, 'text' | 'isFallback'>

const ADDRESS = /^(?:postgres(?:ql)?|mysql2?|mariadb|libsql|mongodb(?:\+srv)?|redis|https?|wss?|file):/i
/** Fields of a connection whose literals say where the database is. */
const HOSTS = /^(?:host|hostname|server)$/

/** Addresses that the app's code itself gives to a database driver. */
export function readHardCoded(machine: Machine, partOf: PartOf): HardCoded[] {
  const direct = machine.databases.flatMap(({ call }) =>
    call.steps.flatMap((step) => (step.kind === 'member' ? [] : [step])),
  )
  const calls = [
    ...machine.boot.drivers.filter(({ file }) => partOf(file) !== null),
    ...direct.filter(({ at }) => partOf(`${machine.root}/${at.file}`) !== null),
  ]
  const found = calls.flatMap(({ args, at }) =>
    args.flatMap((arg) => (arg.kind === 'package' ? [] : readTexts(express(arg), '').map((text) => ({ ...text, at })))),
  )
  const byPlace = new Map(found.map((one) => [`${one.at.file}:${one.at.line} ${one.text}`, one]))
  return [...byPlace].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

function readTexts(expression: Expression, field: string): Text[] {
  if (expression.kind === 'literal') {
    const isAddress = typeof expression.value === 'string' && (ADDRESS.test(expression.value) || HOSTS.test(field))
    return isAddress ? [{ text: mask(String(expression.value)), isFallback: false }] : []
  }
  if (expression.kind === 'object')
    return Object.entries(expression.fields).flatMap(([name, value]) => readTexts(value, name))
  if (expression.kind !== 'operation') return []
  const isFallback = /^(?:\?\?|\|\||default)$/.test(expression.name)
  return expression.operands
    .flatMap((operand) => readTexts(operand, field))
    .map((text) => ({ ...text, isFallback: text.isFallback || isFallback }))
}

/** Nothing that was written down as a password is printed. */
export function mask(address: string): string {
  return address
    .replace(/^(\w+:\/\/[^:@/]*):[^@]*@/, '$1:***@')
    .replace(/([?&](?:authToken|password)=)[^&]*/gi, '$1***')
}
