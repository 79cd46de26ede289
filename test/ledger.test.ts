import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  emptyLedger,
  isSealed,
  ledgerPath,
  listLedgers,
  parseLedger,
  readLedger,
  renderLedger,
  seal,
} from '../src/ledger.ts'
import { entry, FILE } from './support/ledger-factory.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'itest-ledger-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
})

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}

describe('the ledger of a test file', () => {
  it('is another one for a file of the same name in another folder', () => {
    expect(ledgerPath(FILE)).toBe('.itest/tests/orders.test.json')
    expect(ledgerPath('orders.test.ts')).toBe('.itest/orders.test.json')
    expect(ledgerPath('orders.test.js')).toBe('.itest/orders.test.js.json')
  })

  it('is read as it was written, tests by name', () => {
    const ledger = { ...emptyLedger(FILE), tests: { b: seal(FILE, 'b', entry()), a: seal(FILE, 'a', entry()) } }
    write(ledgerPath(FILE), renderLedger(ledger))
    expect(readLedger(root, FILE)).toEqual(ledger)
    expect(Object.keys(readLedger(root, FILE)?.tests ?? {})).toEqual(['a', 'b'])
    expect(listLedgers(root)).toEqual([ledger])
  })

  it('is none where none was written, and other files of the folder are none', () => {
    expect([readLedger(root, FILE), listLedgers(root)]).toEqual([null, []])
    write('.itest/harness.json', '{ "schema": "itest.harness/1" }')
    expect(listLedgers(root)).toEqual([])
  })

  it('that a merge has left in pieces is an error that says what to do', () => {
    write(ledgerPath(FILE), `<<<<<<< HEAD\n${renderLedger(emptyLedger(FILE))}`)
    expect(() => readLedger(root, FILE)).toThrow('.itest/tests/orders.test.json: expected what itest keeps of')
    expect(() => listLedgers(root)).toThrow('.itest/tests/orders.test.json: expected what itest keeps of')
    expect(parseLedger('[]')).toBeNull()
  })

  it('has entries whose seal holds until somebody edits them, or moves them to another test', () => {
    const sealed = seal(FILE, 'a', entry())
    // As it was before an entry could say what bugs have shown.
    expect(sealed.seal).toBe('fd79f82aecafdb35')
    const mutants = { status: 'survived', reached: 4 } as const
    const withMutants = seal(FILE, 'a', { ...entry(), mutants })
    expect(isSealed(FILE, 'a', withMutants)).toBe(true)
    expect(isSealed(FILE, 'a', { ...withMutants, mutants: { ...mutants, reached: 5 } })).toBe(false)
    expect(isSealed(FILE, 'a', sealed)).toBe(true)
    expect(isSealed(FILE, 'b', sealed)).toBe(false)
    expect(isSealed('other.test.ts', 'a', sealed)).toBe(false)
    expect(isSealed(FILE, 'a', { ...sealed, assertions: [] })).toBe(false)
    expect(isSealed(FILE, 'a', { ...sealed, hash: 'bbbbbbbbbbbb' })).toBe(false)
  })
})
