import { express } from './express-value.ts'
import type { Machine } from './machine.ts'
import type { BootFacts, Expression, SourceLocation } from './types.ts'
import type { PackageValue } from './values.ts'

type HardCoded = BootFacts['hardCoded'][number]
type Text = Pick<HardCoded, 'text' | 'isFallback'>

const ADDRESS = /^(?:postgres(?:ql)?|mysql2?|mariadb|libsql|mongodb(?:\+srv)?|redis|https?|wss?|file):/i
/** Fields of a connection whose literals say where the database is. */
const HOSTS = /^(?:host|hostname|server)$/

/** Addresses that the code itself gives to its database driver. */
export function readHardCoded(machine: Machine): HardCoded[] {
  const found = machine.databases.flatMap(({ call }) => readCalls(call))
  const byText = new Map(found.map((one) => [`${one.text} ${one.at.file}:${one.at.line}`, one]))
  return [...byText.values()]
}

function readCalls(value: PackageValue): HardCoded[] {
  return value.steps.flatMap((step) =>
    step.kind === 'member'
      ? []
      : step.args.flatMap((arg) =>
          arg.kind === 'package' ? readCalls(arg) : readTexts(express(arg), '').map((text) => place(text, step.at)),
        ),
  )
}

function place(text: Text, at: SourceLocation): HardCoded {
  return { ...text, at }
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
function mask(address: string): string {
  return address
    .replace(/^(\w+:\/\/[^:@/]*):[^@]*@/, '$1:***@')
    .replace(/([?&](?:authToken|password)=)[^&]*/gi, '$1***')
}
