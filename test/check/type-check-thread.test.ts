import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { typeCheckFilesInThread, typeCheckInThread } from '../../src/check/type-check-thread.ts'
import { UserError } from '../../src/errors.ts'

const TSCONFIG = { compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, types: [] } }
const TEST = `import { grams } from '../src/parcel.js'\nconst weight: number = grams\nexport { weight }\n`

function makeProject() {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'itest-thread-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const write = (file: string, text: string): void => writeFileSync(path.join(root, file), text)
  write('package.json', '{ "type": "module" }')
  write('tsconfig.json', JSON.stringify(TSCONFIG))
  write('parcel.ts', 'export const grams = 20\n')
  const input = { root, tsconfig: path.join(root, 'tsconfig.json'), fallbackPaths: {} }
  const text = TEST.replace('../src/', './')
  const check = (signal = new AbortController().signal) =>
    typeCheckInThread({ ...input, file: 'parcel.test.ts', text }, signal)
  return { write, check, input, text }
}

const codes = (found: readonly { message: string }[]): string[] =>
  found.map(({ message }) => /TS\d+/.exec(message)?.[0] ?? message)

describe('a thread that checks types', { timeout: 30_000 }, () => {
  it('sees what has changed since it read it', async () => {
    const { write, check } = makeProject()
    expect(codes(await check())).toEqual([])
    write('parcel.ts', "export const grams = 'twenty'\n")
    expect(codes(await check())).toEqual(['TS2322'])
    write('parcel.ts', 'export const gramsNow = 20\n')
    expect(codes(await check())).toEqual(['TS2305'])
  })

  it('goes by the options as they are now', async () => {
    const { write, check } = makeProject()
    write('parcel.ts', 'export const grams = [20][0]\n')
    expect(codes(await check())).toEqual([])
    const compilerOptions = { ...TSCONFIG.compilerOptions, noUncheckedIndexedAccess: true }
    write('tsconfig.json', JSON.stringify({ compilerOptions }))
    expect(codes(await check())).toEqual(['TS2322'])
  })

  it('knows for whom it answers, also where another one has given up', async () => {
    const { check, input } = makeProject()
    const stop = new AbortController()
    const wrong = "export const grams: number = 'twenty'\n"
    const others = typeCheckFilesInThread({ ...input, files: [{ file: 'a.test.ts', text: wrong }] }, stop.signal)
    const own = check()
    const broken = typeCheckFilesInThread(
      { ...input, tsconfig: path.join(input.root, 'none.json'), files: [{ file: 'b.test.ts', text: wrong }] },
      new AbortController().signal,
    )
    stop.abort(new Error('enough'))
    await expect(others).rejects.toThrow('enough')
    expect(await own).toEqual([])
    await expect(broken).rejects.toThrow(UserError)
    expect(codes(await check())).toEqual([])
  })

  it('stops when nobody waits for it any more', async () => {
    const { check } = makeProject()
    const stop = new AbortController()
    const asked = check(stop.signal)
    stop.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    expect(codes(await check())).toEqual([])
    await expect(check(stop.signal)).rejects.toThrow('enough')
  })
})
