import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { emptyLedger, ledgerPath, renderLedger } from '../src/ledger.ts'
import { assertCanWrite, hashText, writeFiles } from '../src/save.ts'

const FILE = 'tests/integration/post-orders.test.ts'
const SUITE = 'POST /orders'

let root: string

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'itest-save-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
})

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

function writeWithEvidence(file: string, text: string): void {
  write(file, text)
  write(ledgerPath(file), renderLedger({ ...emptyLedger(file), route: SUITE, sha256: hashText(text) }))
}

describe('assertCanWrite', () => {
  const check = (file = FILE, force = false) => assertCanWrite(root, { file, suite: SUITE }, { force })

  it('takes a place that does not exist yet, and makes nothing', () => {
    check()

    expect(readdirSync(root)).toEqual([])
  })

  it('takes a file that is as itest wrote it', () => {
    writeWithEvidence(FILE, 'ours')

    expect(() => check()).not.toThrow()
  })

  it('refuses a file without a record, with a broken one, or with that of another file', () => {
    write(FILE, 'by hand')
    expect(() => check()).toThrow(/no record of having written it; it was left as it is/)

    write(ledgerPath(FILE), '{ half')
    expect(() => check()).toThrow('expected what itest keeps of tests/integration/post-orders.test.ts')

    write(ledgerPath(FILE), renderLedger({ ...emptyLedger('other.test.ts'), sha256: hashText('by hand') }))
    expect(() => check()).toThrow('expected what itest keeps of tests/integration/post-orders.test.ts')

    write(ledgerPath(FILE), renderLedger(emptyLedger(FILE)))
    expect(() => check()).toThrow(/no record/)
  })

  it('refuses a file that was edited since, unless forced', () => {
    writeWithEvidence(FILE, 'ours')
    write(FILE, 'ours, edited')

    expect(() => check()).toThrow(`${FILE} has been edited since itest wrote it`)
    expect(() => check(FILE, true)).not.toThrow()
  })

  it('refuses a file that holds the tests of another route', () => {
    writeWithEvidence(FILE, 'ours')
    const check = () => assertCanWrite(root, { file: FILE, suite: 'POST /order-s' }, { force: false })

    expect(check).toThrow(`${FILE} holds the tests of POST /orders; those of POST /order-s would get the same name`)
  })

  it('refuses what can never be written, also when forced', () => {
    write('tests', 'a file')
    expect(() => check(FILE, true)).toThrow('expected tests to be a folder, found a file')

    mkdirSync(path.join(root, 'a.test.ts'))
    expect(() => check('a.test.ts', true)).toThrow('expected a.test.ts to be a file, found a folder')
  })
})

describe('writeFiles', () => {
  it('writes whole files and leaves no temporary one', () => {
    write(FILE, 'before')

    writeFiles(root, [
      { file: FILE, text: 'now' },
      { file: '.itest/harness.json', text: '{}' },
    ])

    expect(read(FILE)).toBe('now')
    expect(read('.itest/harness.json')).toBe('{}')
    expect(readdirSync(path.join(root, 'tests/integration'))).toEqual(['post-orders.test.ts'])
  })

  it('puts everything back as it was', () => {
    write(FILE, 'before')
    const undo = writeFiles(root, [
      { file: FILE, text: 'now' },
      { file: '.itest/tests/a.json', text: '{}' },
      { file: 'vitest.config.ts', text: 'config' },
    ])

    undo()

    expect(read(FILE)).toBe('before')
    expect(readdirSync(root)).toEqual(['tests'])
  })

  it('keeps, when it puts back, what somebody else has put into its folders', () => {
    const undo = writeFiles(root, [{ file: FILE, text: 'now' }])
    write('tests/mine.ts', 'mine')

    undo()

    expect(existsSync(path.join(root, 'tests/integration'))).toBe(false)
    expect(read('tests/mine.ts')).toBe('mine')
  })

  it('writes none when one of them can not be written', () => {
    write('.itest', 'a file where a folder should be')
    const files = [
      { file: 'vitest.config.ts', text: 'config' },
      { file: FILE, text: 'now' },
      { file: '.itest/harness.json', text: '{}' },
    ]

    expect(() => writeFiles(root, files)).toThrow(/^\.itest\/harness\.json can't be written: /)
    expect(readdirSync(root)).toEqual(['.itest'])
  })

  it('writes none when the last can not be moved to its place', () => {
    mkdirSync(path.join(root, 'b.ts', 'full'), { recursive: true })
    write('a.ts', 'before')
    const files = [
      { file: 'a.ts', text: 'now' },
      { file: 'b.ts', text: 'now' },
    ]

    expect(() => writeFiles(root, files)).toThrow(/^b\.ts can't be written: /)
    expect(read('a.ts')).toBe('before')
    expect(readdirSync(root).sort()).toEqual(['a.ts', 'b.ts'])
  })
})
