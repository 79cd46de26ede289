import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSettings } from '../../src/config/find-config.ts'
import { initConfig } from '../../src/config/init-config.ts'
import { copyFixture, type FixtureCopy, repository } from '../support/copy-fixture.ts'
import { expectGolden } from '../support/golden.ts'
import { runCli } from '../support/run-cli.ts'

function copyOrders(): FixtureCopy {
  const copy = copyFixture('orders')
  onTestFinished(copy.remove)
  return copy
}

describe('itest init', () => {
  it('writes a config in which every key is explained, and says what to do next', async () => {
    const copy = copyOrders()
    const before = copy.list()

    const { exitCode, stdout, stderr } = await runCli(['init', '--root', copy.root])

    const text = copy.read('itest.config.ts')
    expectGolden('cli/init.txt', `$ itest init\n${stdout}[exit code ${exitCode}]\n\n$ cat itest.config.ts\n${text}`)
    expect(stderr).toBe('')
    expect(copy.list()).toEqual({ ...before, 'itest.config.ts': text })
  })

  it('leaves what is there as it is', async () => {
    const copy = copyOrders()
    copy.write('itest.config.mjs', 'export default {}')
    const before = copy.list()

    const { exitCode, stdout, stderr } = await runCli(['init', '--root', copy.root])

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('itest.config.mjs exists; it was left as it is\nEdit it')
    expect(copy.list()).toEqual(before)
  })

  it('wants a project', async () => {
    await expect(initConfig(path.join(repository, 'templates'))).rejects.toThrow('no package.json in')
  })

  it('knows all keys, and shows each as it may be written', async () => {
    const copy = copyOrders()
    const template = readFileSync(path.join(repository, 'templates/itest.config.ts.template'), 'utf8')
    const live = template.replaceAll(/^( +)\/\/ (?=\w+: (?:['{[\d]|true)|\}| {2})/gm, '$1')
    copy.write('itest.config.ts', live.replace('{ defineConfig }', '{ auth, defineConfig }'))

    expect(await readSettings(copy.root, null)).toMatchObject({
      keys: [
        'app',
        'env',
        'database',
        'tests',
        'skip',
        'model',
        'effort',
        'maxTokens',
        'promptBudget',
        'stripComments',
        'auth',
      ],
      hasAuth: true,
    })
  })
})

describe('a config', () => {
  const APP = (route: string): string =>
    `import express from 'express'\nexport const app = express().get('/${route}', (req, res) => res.json({}))`

  it('says which app is meant', async () => {
    const copy = copyOrders()
    copy.write('admin/app.ts', APP('admin'))
    copy.write('ci/itest.ts', "export default { app: 'admin/app.ts' }")

    const { stdout } = await runCli(['routes', '--root', copy.root, '--config', 'ci/itest.ts', '--no-cache'])

    expect(stdout).toMatch(/^GET {2}\/admin {2}/)
  })

  it('is explained where it is wrong, by its name and the path of the key', async () => {
    const copy = copyOrders()
    copy.write('itest.config.ts', "export default { tests: { dir: 'specs' } }")

    const { exitCode, stdout, stderr } = await runCli(['plan', 'POST', '/orders', '--root', copy.root])

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^error: itest\.config\.ts: tests\.dir: unknown key, expected one of folder, file\n\S/)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  it('may print, and leave something running', async () => {
    const copy = copyOrders()
    copy.write(
      'itest.config.ts',
      "console.log('loaded'); setInterval(() => {}, 1000); export default { model: 'none' }",
    )

    const { exitCode, stdout, stderr } = await runCli(['routes', '--json', '--root', copy.root])

    expect(JSON.parse(stdout)).toMatchObject({ schema: 'itest.routes/1' })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'loaded\n' })
  })

  it('has the reason of a skipped path shown in the plan', async () => {
    const copy = copyOrders()
    copy.write(
      'itest.config.ts',
      "export default { skip: [{ route: 'POST /orders', path: 'validation.*', reason: 'in the contract' }] }",
    )

    const { stdout } = await runCli(['plan', 'POST', '/orders', '--root', copy.root])

    const skipped = stdout.match(/^validation\.\S+ \(skipped\)\n.*\n {2}your config: in the contract$/gm)
    expect(skipped).toHaveLength(2)
    expect(stdout).toMatch(/^happy$/m)
  })
})
