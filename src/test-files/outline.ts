import { brief, parseText, ts } from '../scan/syntax/syntax.ts'
import { canonical, shortHash } from './canonical.ts'
import { readAround } from './surroundings.ts'
import { readTestCall, readTestNames, type TestCall, type TestNames } from './test-calls.ts'

/** One `it(...)` as it stands in a file. */
export interface TestOutline {
  /** What its full name is at run time, titles of suites first, ` > ` between. */
  readonly name: RegExp
  /** Null when it is only known at run time, e.g. of `it.each`. */
  readonly exactName: string | null
  /** With titles that only a run knows as they are written. */
  readonly shown: string
  /** From 1. */
  readonly line: number
  /** Of its own code and of the modifiers of its suites. */
  readonly hash: string
  /** Of what else of the file it depends on, statement by statement: hash and beginning. */
  readonly around: readonly string[]
  readonly assertions: readonly string[]
  /** `skip`, `todo`, `only`, `fails`, `skipIf`, ...: its own and those of its suites. */
  readonly modifiers: readonly string[]
}

/** The tests of a file, in order. Code that can't be parsed has those that the parser could still see. */
export function outlineTests(file: string, text: string): TestOutline[] {
  return outlineTree(parseText(file, text).tree)
}

/** The same, of a file that is parsed already. */
export function outlineTree(tree: ts.SourceFile): TestOutline[] {
  const names = readTestNames(tree)
  return collect(tree, { names, suites: [] }).map(({ call, suites }) => describe(call, { suites, tree, names }))
}

/** Every call that declares a test, in order, with the suites around it, outermost first. */
export function findTestCalls(tree: ts.SourceFile): Found[] {
  return collect(tree, { names: readTestNames(tree), suites: [] })
}

export interface Found {
  readonly call: TestCall
  readonly suites: readonly TestCall[]
}

interface Place {
  readonly names: TestNames
  readonly suites: readonly TestCall[]
}

function collect(node: ts.Node, place: Place): Found[] {
  const call = readTestCall(node, place.names)
  if (call?.kind === 'test') return [{ call, suites: place.suites }]
  const inside = call ? { ...place, suites: [...place.suites, call] } : place
  const found: Found[] = []
  ts.forEachChild(node, (child) => {
    found.push(...collect(child, inside))
  })
  return found
}

function describe(
  call: TestCall,
  { suites, tree, names }: { suites: readonly TestCall[]; tree: ts.SourceFile; names: TestNames },
): TestOutline {
  const titles = [...suites, call].map(({ title }) => title)
  const exact = titles.flatMap(({ exact: text }) => (text === null ? [] : [text]))
  const head = suites.map((suite) => canonical(suite.node.expression))
  return {
    name: new RegExp(`^${titles.map(({ pattern }) => pattern).join(' > ')}$`, 's'),
    shown: titles.map(({ shown }) => shown).join(' > '),
    exactName: exact.length === titles.length ? exact.join(' > ') : null,
    line: tree.getLineAndCharacterOfPosition(call.node.getStart()).line + 1,
    hash: shortHash([...head, canonical(call.node)].join('\n')),
    around: readAround(call, { suites, tree, names }),
    assertions: listAssertions(call.node),
    modifiers: [...suites, call].flatMap(({ modifiers }) => modifiers),
  }
}

/** Statements that expect or assert something, shortened. */
function listAssertions(node: ts.Node): string[] {
  if (ts.isExpressionStatement(node) && ASSERTS.test(node.getText())) {
    const isBlock = hasBlock(node.expression)
    if (!isBlock) return [brief(node, 200).replace(/;$/, '')]
  }
  const found: string[] = []
  ts.forEachChild(node, (child) => {
    found.push(...listAssertions(child))
  })
  return found
}

/** `await until(() => { expect(...) })` holds statements of its own. */
function hasBlock(node: ts.Node): boolean {
  return ts.isBlock(node) || ts.forEachChild(node, hasBlock) === true
}

const ASSERTS = /\b(?:expect|assert)\b|\.expect\(|\.should\b/
