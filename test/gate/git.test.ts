import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { findKnown } from '../../src/gate/find-known.ts'
import { assertRef, listChanged, readAt, readBase } from '../../src/gate/git.ts'
import { compareLedgers } from '../../src/gate/ledger-history.ts'
import { type Ledger, ledgerPath, readLedger, renderLedger } from '../../src/ledger.ts'
import { readGateOptions } from '../../src/options.ts'
import { outlineTests } from '../../src/test-files/outline.ts'
import { FILE, ledgerOf } from '../support/ledger-factory.ts'

// A folder of a repository, as a package of a monorepo is.
let root: string
beforeEach(() => {
  const top = mkdtempSync(path.join(tmpdir(), 'itest-git-'))
  onTestFinished(() => rmSync(top, { recursive: true, force: true }))
  root = path.join(top, 'api')
  mkdirSync(root)
})

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}

function git(...args: string[]): string {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false']
  return execFileSync('git', ['-C', root, ...who, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

function commit(): void {
  if (!git('rev-parse', '--is-inside-work-tree').includes('true')) throw new Error('no repository')
  git('add', '-A')
  git('commit', '-qm', 'state')
}

const TEXT = "it('answers 201', () => { expect(1).toBe(1) })\nit('answers 400', () => { expect(2).toBe(2) })\n"

describe('what git knows', () => {
  it('is nothing outside of a repository', async () => {
    expect([await readBase(root), await readAt(root, 'HEAD', FILE), await compareLedgers(root, [], 'HEAD')]).toEqual([
      null,
      null,
      [],
    ])
    await expect(assertRef(root, 'main')).rejects.toMatchObject({
      message: expect.stringContaining('--since main: expected a commit, found no git repository'),
    })
  })

  it('is the commit, and whether something is not committed; our own records do not count', async () => {
    git('init', '-q')
    write(FILE, TEXT)
    commit()
    const base = git('rev-parse', '--short=12', 'HEAD').trim()
    write(ledgerPath(FILE), '{}')
    expect(await readBase(root)).toBe(base)
    write('new.ts', '')
    expect(await readBase(root)).toBe(`${base} + changes`)
    expect(await readAt(root, 'HEAD', FILE)).toBe(TEXT)
    expect(await listChanged(root, 'HEAD')).toEqual(['.itest/tests/orders.test.json', 'new.ts'])
    await expect(assertRef(root, 'HEAD')).resolves.toBeUndefined()
    for (const ref of ['nowhere', '--output=x'])
      await expect(assertRef(root, ref)).rejects.toThrow(`--since ${ref}: expected a commit, found none of that name`)
  })
})

describe('tests that have nothing to show', () => {
  const known = async (text: string, raw: Record<string, unknown> = {}, files: readonly string[] = []) => {
    const outlines = outlineTests(FILE, text)
    const read = { file: FILE, outlines, support: [], ledger: readLedger(root, FILE) }
    const found = await findKnown([read], { route: null, files }, await readGateOptions({ root, ...raw }, root))
    return outlines.filter((outline) => found.has(outline)).map(({ exactName }) => exactName)
  }

  it('stood there unchanged at the commit before, unless the user names their file', async () => {
    git('init', '-q')
    write(FILE, TEXT)
    commit()
    const changed = TEXT.replace('toBe(2)', 'toBe(3)')
    expect(await known(changed)).toEqual(['answers 201'])
    expect(await known(changed, {}, [FILE])).toEqual([])
    git('commit', '-qm', 'empty', '--allow-empty')
    write(FILE, changed)
    commit()
    expect(await known(changed)).toEqual(['answers 201', 'answers 400'])
    expect(await known(changed, { since: 'HEAD~1' })).toEqual(['answers 201'])
  })

  it('are in the ledger as they are', async () => {
    write(ledgerPath(FILE), renderLedger(ledgerOf(TEXT, { support: [] })))
    expect(await known(TEXT, {}, [FILE])).toEqual(['answers 201', 'answers 400'])
    expect(await known(TEXT.replace('toBe(2)', 'toBe(3)'), {}, [FILE])).toEqual(['answers 201'])
  })
})

describe('a ledger that is not what the commit has', () => {
  it('tells of entries that went, and of assertions that were recorded anew, unless a person allowed it', async () => {
    git('init', '-q')
    const before = ledgerOf(TEXT, { support: [] })
    write(ledgerPath(FILE), renderLedger(before))
    commit()
    const weaker = ledgerOf(TEXT.replace('toBe(2)', 'toBeDefined()'), { support: [] })
    const kinds = async (ledger: Ledger | null) =>
      (await compareLedgers(root, ledger ? [ledger] : [], 'HEAD')).map(({ kind, test, diff }) => [kind, test, diff])
    expect(await kinds(before)).toEqual([])
    expect(await kinds(weaker)).toEqual([
      ['weakened', 'answers 400', { removed: ['expect(2).toBe(2)'], added: ['expect(2).toBeDefined()'] }],
    ])
    const { 'answers 400': own, ...others } = before.tests
    expect(await kinds({ ...before, tests: others })).toEqual([['ledger-edited', 'answers 400', null]])
    expect(await kinds({ ...before, tests: others, removed: { 'answers 400': 'REQ-7 is gone' } })).toEqual([])
    expect(await kinds(null)).toEqual([
      ['ledger-edited', 'answers 201', null],
      ['ledger-edited', 'answers 400', null],
    ])
    const [entry] = Object.values(weaker.tests).slice(1)
    if (!own || !entry) throw new Error('the ledger lacks its test')
    const allowed = { ...entry, allowed: [{ reason: 'REQ-7', was: own.hash }] }
    expect(await kinds({ ...weaker, tests: { ...weaker.tests, 'answers 400': allowed } })).toEqual([])
  })
})
