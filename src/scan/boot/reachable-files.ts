import type { Machine } from '../interpret/machine.ts'
import { loadModule } from '../interpret/modules.ts'
import { canStart } from '../models/starts.ts'
import { relativePath, ts } from '../syntax/syntax.ts'

/**
 * Words of files that may read or check a variable, or start something by themselves. Other files are followed for their
 * imports only: parsing all that an app imports takes longer than all the rest.
 */
const RELEVANT = /\benv\b|[a-z]Env\b|ENV\b|process\.|setInterval|['"][^'"\n]*config[^'"\n]*['"]/

/** The files and all that they import; those that matter to a start are loaded. Types are no imports. */
export function reachableFiles(machine: Machine, entries: readonly string[]): ReadonlySet<string> {
  const own = new Set(machine.files.sources)
  const found = new Set<string>()
  const waiting = [...entries]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file) || !own.has(file)) continue
    found.add(file)
    const text = machine.files.disk.read(file) ?? ''
    const imports = listImports(machine, file, text)
    if (RELEVANT.test(text) || imports.some(({ specifier }) => canStart(specifier))) loadModule(machine, file)
    const from = file
    for (const { specifier, position } of imports) {
      noteStartingImport(machine, specifier, { file, line: text.slice(0, position).split('\n').length })
      const imported = machine.files.resolve(specifier, from)
      if (imported) waiting.push(imported.file)
    }
    waiting.push(...(machine.boot.loads.get(file) ?? []))
  }
  return found
}

interface Import {
  readonly specifier: string
  readonly position: number
}

/** Of a large app only the lines are looked at: its files are many, and one route of it is asked for. */
function listImports(machine: Machine, file: string, text: string): Import[] {
  if (machine.modules.has(file)) return listParsed(machine, file)
  return machine.wanted ? listLines(text) : listScanned(text)
}

function listLines(text: string): Import[] {
  return [...text.matchAll(/\b(?:from|import|require)\s*\(?\s*['"]([^'"\n]+)['"]/g)].flatMap(
    ({ 1: specifier = '', index }) => {
      const line = text.slice(text.lastIndexOf('\n', index) + 1, index)
      return /^\s*(?:\/\/|\*|(?:import|export)\s+type\b)/.test(line) ? [] : [{ specifier, position: index }]
    },
  )
}

function listParsed(machine: Machine, file: string): Import[] {
  const { tree } = machine.parser.parse(file)
  if (/\b(?:import|require)\s*\(/.test(tree.text)) return listScanned(tree.text)
  return tree.statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement) && !statement.importClause?.isTypeOnly
    const isExport = ts.isExportDeclaration(statement) && !statement.isTypeOnly
    if (!isImport && !isExport) return []
    const { moduleSpecifier } = statement
    if (!moduleSpecifier || !ts.isStringLiteralLike(moduleSpecifier)) return []
    return [{ specifier: moduleSpecifier.text, position: statement.getStart() }]
  })
}

/** By TypeScript's scanner, which knows comments and strings, and is faster than its parser. */
function listScanned(text: string): Import[] {
  const { importedFiles } = ts.preProcessFile(text, true, true)
  const typeOnly = new Map<string, number>()
  for (const [, specifier = ''] of text.matchAll(/\b(?:import|export)\s+type\b[^'"`;=]*?\bfrom\s*['"]([^'"]+)['"]/g))
    typeOnly.set(specifier, (typeOnly.get(specifier) ?? 0) + 1)
  return importedFiles.flatMap(({ fileName, pos }) => {
    const left = typeOnly.get(fileName) ?? 0
    typeOnly.set(fileName, left - 1)
    return left > 0 ? [] : [{ specifier: fileName, position: pos }]
  })
}

/** Packages that do their work when they are imported, without a call. */
const STARTING =
  /^(?:newrelic|dd-trace\/init(?:\.js)?|elastic-apm-node\/start(?:\.js)?|@opentelemetry\/auto-instrumentations-node\/register)$/

function noteStartingImport(machine: Machine, specifier: string, { file, line }: { file: string; line: number }): void {
  const at = { file: relativePath(machine.root, file), line }
  if (/^dotenv\/config(?:\.js)?$/.test(specifier)) machine.boot.configFiles.push({ path: '.env', at, file })
  if (!STARTING.test(specifier)) return
  machine.boot.starts.push({ kind: 'telemetry', package: specifier, what: 'import', at, file })
}
