import { parseText, ts } from '../scan/syntax/syntax.ts'
import type { Dossier } from '../scan/types.ts'
import { findEffectCalls, listEffectSites } from './effect-calls.ts'
import { findSchemas, listSchemaSites } from './find-schemas.ts'
import { isSameCode, isSyntaxOf } from './fragments.ts'
import { OPERATORS } from './operators/all.ts'
import { isFunctionWithBody } from './operators/around.ts'
import { lineOf, type Named, type Place } from './operators/place.ts'
import { removeMiddleware } from './operators/removed-middleware.ts'
import type { Mutant } from './types.ts'

export type RouteCode = Pick<Dossier, 'route' | 'app' | 'sources' | 'scenarios' | 'tables' | 'harmless'>

/** Text of a file of the project, by its path relative to the root; null: it can't be read. */
export type ReadText = (file: string) => string | null

/** Every bug that the operators know for the handler, the functions that it reaches and what stands before them. */
export function findMutants(code: RouteCode, readText: ReadText): readonly Mutant[] {
  const found = listFiles(code).flatMap((file) => {
    const text = readText(file)
    return text === null ? [] : findInFile(code, { file, text })
  })
  return found.map((mutant, index) => ({ ...mutant, id: index + 1 }))
}

/** Those in which a route may have mutants, relative to the root. */
export function listFiles({ route, app, sources, scenarios }: Omit<RouteCode, 'tables' | 'harmless'>): string[] {
  return [
    ...new Set([
      route.file,
      app.file,
      ...sources.map(({ at }) => at.file),
      ...route.middleware.map(({ file }) => file),
      ...listSchemaSites(scenarios).map(({ file }) => file),
    ]),
  ]
}

type Found = Omit<Mutant, 'id'>

function findInFile(code: RouteCode, { file, text }: { file: string; text: string }): readonly Found[] {
  const { tree } = parseText(file, text)
  const schemas = findSchemas(
    tree,
    listSchemaSites(code.scenarios).filter((site) => site.file === file),
  )
  const place = describePlace(code, tree, schemas)
  const isHarmless = harmlessCalls(code, file)
  const changes: (Named & { readonly by: string })[] = []
  const seen = new Set<ts.Node>()
  const visit = (node: ts.Node): void => {
    if (seen.has(node) || ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || isHarmless(node)) return
    seen.add(node)
    for (const operator of OPERATORS)
      changes.push(...operator.find(node, place).map((one) => ({ ...one, by: operator.name })))
    ts.forEachChild(node, visit)
  }
  for (const region of findRegions(
    tree,
    code.sources.filter(({ at }) => at.file === file),
  ))
    visit(region)
  for (const schema of schemas.keys()) visit(schema)
  changes.push(...findMiddleware(code, tree).map((one) => ({ ...one, by: 'removed-middleware' })))
  return distinct(changes).map((change) => describe(change, { file, text }))
}

function describe(
  { by, operator, ...change }: Named & { by: string },
  { file, text }: { file: string; text: string },
): Found {
  const isSame = change.edits.every(
    (edit) => edit.as !== 'before' && isSameCode(text.slice(edit.start, edit.end), edit.text),
  )
  return {
    ...change,
    operator: operator ?? by,
    file,
    equivalent: change.equivalent ?? (isSame ? 'it is the same code' : null),
    invalid: change.edits.every(isSyntaxOf) ? null : 'it is no program',
  }
}

/** Two operators may come to the same text. */
function distinct<T extends Named>(changes: readonly T[]): readonly T[] {
  const keyOf = ({ edits }: Named): string =>
    JSON.stringify(edits.map(({ start, end, text }) => [start, end, text.replaceAll(/[\s()]+/g, '')]))
  const byKey = new Map<string, T>()
  for (const change of changes) if (!byKey.has(keyOf(change))) byKey.set(keyOf(change), change)
  return [...byKey.values()].toSorted((a, b) => a.line - b.line)
}

/** The functions of the dossier, found again by where they begin and what they say. */
function findRegions(tree: ts.SourceFile, sources: RouteCode['sources']): readonly ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    const isMeant =
      isFunctionWithBody(node) && sources.some(({ at, text }) => at.line === lineOf(node) && text === node.getText())
    if (isMeant) found.push(node)
    else ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function describePlace(
  { scenarios, tables }: RouteCode,
  tree: ts.SourceFile,
  schemas: ReadonlyMap<ts.Node, string>,
): Place {
  const sites = listEffectSites(scenarios).filter(({ file }) => file === tree.fileName)
  return {
    effects: findEffectCalls(tree, sites),
    schemaAround: (node) => {
      for (let around = node; !ts.isSourceFile(around); around = around.parent) {
        const validator = schemas.get(around)
        if (validator !== undefined) return validator
      }
      return null
    },
    columns: (name) => {
      const table = tables.find(({ exportName }) => exportName === name)
      return (table?.columns ?? []).map(({ key, type, json }) => ({
        key, // A key that counts by itself is a number like the keys that refer to it.
        type: `${type.replace(/serial$/, 'int').replace('integer', 'int')} ${json}`,
      }))
    },
  }
}

/** What is only logged can't be seen from outside. */
function harmlessCalls({ harmless }: RouteCode, file: string): (node: ts.Node) => boolean {
  const lines = new Set(harmless.flatMap(({ at }) => at.filter((one) => one.file === file).map(({ line }) => line)))
  return (node) => {
    const call = ts.isExpressionStatement(node) ? node.expression : node
    if (!ts.isCallExpression(call)) return false
    return (
      /^console\s*\./.test(call.expression.getText()) || (ts.isExpressionStatement(node) && lines.has(lineOf(call)))
    )
  }
}

function findMiddleware({ route }: RouteCode, tree: ts.SourceFile): readonly Named[] {
  const file = tree.fileName
  const registered = {
    routeLine: route.file === file ? route.line : null,
    names: new Set(
      route.middleware.map(({ name }) => name.split('.').at(-1) ?? name).filter((name) => /^\w+$/.test(name)),
    ),
    lines: new Set(route.middleware.filter((one) => one.file === file).map(({ line }) => line)),
  }
  const found: Named[] = []
  const visit = (node: ts.Node): void => {
    found.push(...removeMiddleware(node, registered))
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}
