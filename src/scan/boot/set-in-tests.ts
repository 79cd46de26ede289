import type { Machine } from '../interpret/machine.ts'
import { textInFiles } from '../models/assumed-text.ts'
import { SAMPLE_FILES, TEST_FILES } from '../models/environment-files.ts'
import { inventByName } from '../models/environment-names.ts'
import type { ts } from '../syntax/syntax.ts'
import { howConditionEnds, howListEnds } from './endings.ts'
import { findFallback } from './fallbacks.ts'

/** What a variable is when the app starts in a test: set, left alone, or left alone with something in its place. */
export type InTests = { readonly how: 'set' | 'missing' } | { readonly how: 'default'; readonly text: string }

const SET: InTests = { how: 'set' }
const MISSING: InTests = { how: 'missing' }

/**
 * As `chooseBootEnvironment` has it, which is told what was answered here. The first answer about a variable is kept: what
 * is read of it later may say otherwise, and one app has one environment.
 */
export function variableInTests(machine: Machine, name: string, node: ts.Node): InTests {
  const known = machine.boot.inTests.get(name)
  if (known) return known
  const found = settle(machine, name, node)
  machine.boot.inTests.set(name, found)
  return found
}

/** What Vitest sets, and any process has. */
const OF_PROCESS = /^(?:VITEST\w*|TEST|PATH|HOME|TMPDIR)$/
/** What the harness sets to the address of the test's database. */
const OF_DATABASE =
  /(?:DATABASE|POSTGRES(?:QL)?|MYSQL|MARIADB|SQLITE|LIBSQL|TURSO|NEON)_?(?:\w+_)?(?:UR[LI]|DSN|PATH|FILE)$|^(?:DB|PG|DATABASE|POSTGRES|MYSQL)_?(?:\w+_)?(?:UR[LI]|HOST(?:NAME)?|PORT|USER(?:NAME)?|PASS(?:WORD)?|NAME|DB|DATABASE)$/i

function settle(machine: Machine, name: string, node: ts.Node): InTests {
  const { boot } = machine
  if (OF_PROCESS.test(name) || OF_DATABASE.test(name) || textInFiles(machine, { name, files: TEST_FILES, node }))
    return SET
  const rule = boot.rules.find((one) => one.name === name)
  if (rule?.required === true || isDemanded(machine, name)) return SET
  if (typeof rule?.default === 'string') return { how: 'default', text: rule.default }
  if (rule?.required === false || boot.reads.some((read) => read.name === name && findFallback(read.node)))
    return MISSING
  return textInFiles(machine, { name, files: SAMPLE_FILES, node }) || inventByName(name) ? SET : MISSING
}

/** The app does not start without it. */
function isDemanded({ boot }: Machine, name: string): boolean {
  const checks = boot.checks.filter((check) => check.name === name)
  if (checks.some(({ node, whenMissing }) => howConditionEnds(node, whenMissing) !== null)) return true
  return boot.reads.some((read) => read.name === name && howListEnds(read.node) !== null)
}

/** For whoever starts the app: whether the variable was taken to be set by them; null: nobody asked, or it is not theirs. */
export function assumedSet({ boot }: Machine, name: string): boolean | null {
  const known = boot.inTests.get(name)
  return known && !OF_PROCESS.test(name) ? known.how === 'set' : null
}
