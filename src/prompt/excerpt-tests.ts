import { parseText, ts } from '../scan/syntax/syntax.ts'
import { type Found, findTestCalls } from '../test-files/outline.ts'
import { closeness, type RouteName } from './closeness.ts'

/** Whole tests of a file, in the suites that they stand in. */
export interface Excerpt {
  /** Of the first test, from 1. */
  readonly line: number
  readonly text: string
}

const MOST_TESTS = 3
const MOST_LINES = 60
const MOST_CHARACTERS = 3000
/** What the checks of a generated test refuse would be no model to follow. */
const REFUSED = /\b(?:vi|jest|sinon)\.|\bnock\(|Snapshot\b/

/** Up to three tests that stand together, those nearest to the route first; null: none that is short and plain enough. */
export function excerptTests(file: string, text: string, route: RouteName): Excerpt | null {
  const { tree, errors } = parseText(file, text.replaceAll('\r\n', '\n'))
  if (errors.length > 0) return null
  const plain = findTestCalls(tree).filter((found) => isPlain(found))
  const ranked = plain.map((found) => ({ found, rank: nearness(found, route) })).toSorted((a, b) => b.rank - a.rank)
  for (const { found } of ranked) {
    const excerpt = excerptAround(found, plain)
    if (excerpt) return excerpt
  }
  return null
}

function excerptAround(nearest: Found, plain: readonly Found[]): Excerpt | null {
  const suite = nearest.suites.at(-1)?.node
  const beside = plain.filter((found) => found.suites.at(-1)?.node === suite)
  const from = beside.indexOf(nearest)
  const heads = nearest.suites.map(({ node }) => readHead(node))
  const chosen = takeWhatFits([...beside.slice(from), ...beside.slice(0, from)], heads.join('\n'))
  const tests = beside.filter((found) => chosen.includes(found))
  const [first] = tests
  if (!first) return null
  const ends = heads.map((head) => `${/^\s*/.exec(head)?.[0] ?? ''}})`).reverse()
  return {
    line: lineOf(first.call.node),
    text: [...heads, tests.map(({ call }) => readWhole(call.node)).join('\n\n'), ...ends].join('\n'),
  }
}

/** A test with a title of its own, that runs. */
function isPlain({ call, suites }: Found): boolean {
  const calls = [...suites, call]
  return (
    calls.every(({ title, modifiers }) => title.exact !== null && modifiers.length === 0) &&
    suites.every(({ node }) => readBody(node) !== null) &&
    !REFUSED.test(call.node.getText()) &&
    /\b(?:expect|assert)\b/.test(call.node.getText())
  )
}

function nearness({ call, suites }: Found, route: RouteName): number {
  const titles = suites.map(({ title }) => title.shown).join(' ')
  return Math.max(closeness(call.node.getText(), route), titles.includes(`${route.method} ${route.path}`) ? 4 : 0)
}

function takeWhatFits(tests: readonly Found[], heads: string): Found[] {
  const taken: Found[] = []
  let text = heads
  for (const test of tests) {
    const longer = `${text}\n\n${readWhole(test.call.node)}`
    const fits = longer.length <= MOST_CHARACTERS && longer.split('\n').length <= MOST_LINES
    if (taken.length === MOST_TESTS || !fits) continue
    taken.push(test)
    text = longer
  }
  return taken
}

/** `describe('POST /orders', () => {` */
function readHead(suite: ts.CallExpression): string {
  const body = readBody(suite)
  const text = suite.getSourceFile().text
  return indentOf(suite) + text.slice(suite.getStart(), body ? body.getStart() + 1 : suite.getEnd())
}

function readBody({ arguments: given }: ts.CallExpression): ts.Block | null {
  for (const argument of given) {
    if (!ts.isArrowFunction(argument) && !ts.isFunctionExpression(argument)) continue
    if (ts.isBlock(argument.body)) return argument.body
  }
  return null
}

function readWhole(node: ts.Node): string {
  return indentOf(node) + node.getText()
}

/** What stands before it on its line, where that is nothing but space. */
function indentOf(node: ts.Node): string {
  const { text } = node.getSourceFile()
  const start = node.getStart()
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  return before.trim() === '' ? before : ''
}

function lineOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1
}
