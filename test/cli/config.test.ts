import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSettings } from '../../src/config/find-config.ts'
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
    expect((await runCli(['routes', '--root', copy.root])).exitCode).toBe(0)
  })

  it.each(['itest.config.ts', 'itest.config.mjs'])('leaves %s as it is', async (file) => {
    const copy = copyOrders()
    copy.write(file, 'export default {}')
    const before = copy.list()

    const { exitCode, stdout, stderr } = await runCli(['init', '--root', copy.root])

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(`${file} exists; it was left as it is\nEdit it`)
    expect(copy.list()).toEqual(before)
  })

  it('wants a project', async () => {
    const { exitCode, stderr } = await runCli(['init', '--root', path.join(repository, 'templates')])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('no package.json in')
  })

  it('knows all keys, and shows each as it may be written', async () => {
    const copy = copyOrders()
    const template = readFileSync(path.join(repository, 'templates/itest.config.ts.template'), 'utf8')
    const live = template.replaceAll(/^( +)\/\/ (?=\w+: ['{[]|\}| {2})/gm, '$1')
    copy.write('itest.config.ts', live.replace('{ defineConfig }', '{ auth, defineConfig }'))

    expect(await readSettings(copy.root, null)).toMatchObject({
      keys: ['app', 'env', 'database', 'tests', 'skip', 'model', 'auth'],
      hasAuth: true,
    })
  })
})

describe('a config', () => {
  const APP = (route: string): string =>
    `import express from 'express'\nexport const app = express().get('/${route}', (req, res) => res.json({}))`

  it('says which app is meant, unless the command line does', async () => {
    const copy = copyOrders()
    copy.write('admin/app.ts', APP('admin'))
    copy.write('ci/itest.ts', "export default { app: 'admin/app.ts' }")

    const routes = async (...more: string[]): Promise<string> => {
      const { stdout } = await runCli(['routes', '--root', copy.root, '--no-cache', ...more])
      return stdout.split('  ', 2).join(' ')
    }

    expect(await routes('--config', 'ci/itest.ts')).toBe('GET /admin')
    expect(await routes('--config', 'ci/itest.ts', '--app', 'src/app.ts')).toBe('POST /orders')
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
