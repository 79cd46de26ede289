import { parseText, ts } from '../scan/syntax/syntax.ts'
import { type Found, findTestCalls } from '../test-files/outline.ts'
import { closeness, type RouteName } from './closeness.ts'

/** Tests of a file, in the suites that they stand in. */
export interface Excerpt {
  /** Of the first test, from 1. */
  readonly line: number
  /** What is inside the tests is left out. */
  readonly titlesOnly: boolean
  readonly text: string
}

const MOST_TESTS = 3
const MOST_TITLES = 8
const MOST_LINES = 60
const MOST_CHARACTERS = 3000
/** What the checks of a generated test refuse would be no model to follow. */
const REFUSED = /\b(?:vi|jest|sinon)\.|\bnock\(|Snapshot\b/

/**
 * Up to three whole tests that stand together, those nearest to the route first, or the titles of some more, for tests
 * that are no model inside. Null: none is plain and short enough.
 */
export function excerptTests(
  { file, text }: { readonly file: string; readonly text: string },
  route: RouteName,
  titlesOnly: boolean,
): Excerpt | null {
  const { tree, errors } = parseText(file, text.replaceAll('\r\n', '\n'))
  if (errors.length > 0) return null
  const plain = findTestCalls(tree).filter((found) => runs(found) && (titlesOnly || isPlain(found)))
  const ranked = plain.map((found) => ({ found, rank: nearness(found, route) })).toSorted((a, b) => b.rank - a.rank)
  for (const { found } of ranked) {
    const excerpt = excerptAround(found, plain, titlesOnly)
    if (excerpt) return excerpt
  }
  return null
}

function excerptAround(nearest: Found, plain: readonly Found[], titlesOnly: boolean): Excerpt | null {
  const suite = nearest.suites.at(-1)?.node
  const beside = plain.filter((found) => found.suites.at(-1)?.node === suite)
  const from = beside.indexOf(nearest)
  const heads = nearest.suites.map(({ node }) => readHead(node))
  const chosen = takeWhatFits([...beside.slice(from), ...beside.slice(0, from)], heads.join('\n'), titlesOnly)
  const tests = beside.filter((found) => chosen.includes(found))
  const [first] = tests
  if (!first) return null
  const ends = heads.map((head) => `${/^\s*/.exec(head)?.[0] ?? ''}})`).reverse()
  return {
    line: lineOf(first.call.node),
    titlesOnly,
    text: [...heads, tests.map((test) => show(test, titlesOnly)).join('\n\n'), ...ends].join('\n'),
  }
}

/** With a title of its own, and not skipped. */
function runs({ call, suites }: Found): boolean {
  const calls = [...suites, call]
  return calls.every(
    ({ node, title, modifiers }) => title.exact !== null && modifiers.length === 0 && readBody(node) !== null,
  )
}

function isPlain({ call }: Found): boolean {
  const text = call.node.getText()
  return !REFUSED.test(text) && /\b(?:expect|assert)\b/.test(text)
}

function nearness({ call, suites }: Found, route: RouteName): number {
  const titles = suites.map(({ title }) => title.shown).join(' ')
  return Math.max(closeness(call.node.getText(), route), titles.includes(`${route.method} ${route.path}`) ? 4 : 0)
}

function takeWhatFits(tests: readonly Found[], heads: string, titlesOnly: boolean): Found[] {
  const most = titlesOnly ? MOST_TITLES : MOST_TESTS
  const taken: Found[] = []
  let text = heads
  for (const test of tests) {
    const longer = `${text}\n\n${show(test, titlesOnly)}`
    const fits = longer.length <= MOST_CHARACTERS && longer.split('\n').length <= MOST_LINES
    if (taken.length === most || !fits) continue
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

function show({ call }: Found, titlesOnly: boolean): string {
  return titlesOnly ? `${readHead(call.node)} ... })` : indentOf(call.node) + call.node.getText()
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
