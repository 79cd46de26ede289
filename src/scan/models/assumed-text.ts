import path from 'node:path'
import { parseEnv } from 'node:util'
import { noteAssumedText } from '../interpret/assumptions.ts'
import type { Machine } from '../interpret/machine.ts'
import { knownString, type Value } from '../interpret/values.ts'
import { nearestPackage } from '../project/resolve-import.ts'
import type { ts } from '../syntax/syntax.ts'
import type { Expression, Shape } from '../types.ts'
import { SAMPLE_FILES, TEST_FILES } from './environment-files.ts'

/**
 * A text that environment variables have a say in, e.g. the prefix of an API: as the variables are for the project's
 * tests, else as the code has it without them, else as the project's sample says. What is assumed is put on record.
 * Null when none of these tells.
 */
export function assumeText(machine: Machine, value: Value | undefined, node: ts.Node): string | null {
  const known = knownString(value)
  if (known !== null || value?.kind !== 'symbol') return known
  const used = new Map<string, string>()
  const text = textOf(value.expression, { machine, used, node })
  if (text !== null) for (const [name, found] of used) noteAssumedText(machine, { name, value: found }, node)
  return text
}

/** The same without a record, for whoever keeps one of what comes of it. */
export function textInTests(machine: Machine, expression: Expression, node: ts.Node): string | null {
  return textOf(expression, { machine, used: null, node })
}

interface Reading {
  readonly machine: Machine
  /** The variables that were asked, and what each is taken to be; null: nobody is told. */
  readonly used: Map<string, string> | null
  readonly node: ts.Node
}

function textOf(expression: Expression | undefined, reading: Reading): string | null {
  if (expression?.kind === 'literal') return expression.value === null ? null : String(expression.value)
  if (expression?.kind === 'env') return textOfVariable(expression.name, null, reading)
  if (expression?.kind !== 'operation') return null
  const { name, operands } = expression
  if (name === 'concat' || name === '+') return joined(operands, reading)
  const [first, second] = operands
  if (name === 'String' || name === 'trim') return textOf(first, reading)?.trim() ?? null
  if (name === 'toLowerCase' || name === 'toUpperCase') return textOf(first, reading)?.[name]() ?? null
  if (name !== '??' && name !== '||' && name !== 'default') return null
  if (first?.kind === 'env') return textOfVariable(first.name, textOf(second, reading), reading)
  return textOf(first, reading)
}

function joined(parts: readonly Expression[], reading: Reading): string | null {
  const texts = parts.map((part) => textOf(part, reading))
  return texts.includes(null) ? null : texts.join('')
}

function textOfVariable(name: string, stand: string | null, reading: Reading): string | null {
  const { machine, used, node } = reading
  const rule = machine.boot.rules.find((one) => one.name === name)
  // What the harness invents for a rule is not what the sample has, unless it is told.
  const isInvented = used === null && rule?.required === true
  const text =
    textInFiles(machine, { name, files: TEST_FILES, node }) ??
    stand ??
    rule?.default ??
    (isInvented ? firstChoice(rule.shape) : textInFiles(machine, { name, files: SAMPLE_FILES, node }))
  if (text !== null) used?.set(name, text)
  return text
}

/** Of several values that a rule allows the first is invented. */
function firstChoice(shape: Shape | null): string | null {
  const [first] = shape?.type === 'enum' ? shape.values : []
  return typeof first === 'string' ? first : null
}

/** A variable as the first of these files has it that has any text for it. */
export function textInFiles(
  machine: Machine,
  { name, files, node }: { name: string; files: readonly string[]; node: ts.Node },
): string | null {
  const owner = nearestPackage(machine.files.packages, node.getSourceFile().fileName)
  for (const folder of new Set([owner ?? machine.root, machine.root]))
    for (const file of files) {
      const text = machine.files.disk.read(path.join(folder, file))
      const found = text === null ? undefined : parseEnv(text)[name]
      if (found) return found
    }
  return null
}
