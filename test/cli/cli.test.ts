import { readFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { repository } from '../support/copy-fixture.ts'
import { CLI, cliEnvironment, runCli } from '../support/run-cli.ts'

describe('itest', () => {
  it('prints its version and help, and exits with 0', async () => {
    const { version } = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8'))

    expect(await runCli(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
    expect(await runCli(['gen', '--help'])).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('prints its help as an error when no command is given, or none that it knows', async () => {
    expect(await runCli([])).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('gen [options]'),
    })
    expect(await runCli(['frob'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("command 'frob'") })
  })

  it('lists routes as text and as one object', async () => {
    const root = path.join(repository, 'fixtures/orders')

    expect(await runCli(['routes', '--root', root])).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^POST {2}\/orders {2}src\/routes\/orders\.ts:8 {2}\S.*\n$/),
      stderr: '',
    })
    expect(JSON.parse((await runCli(['routes', '--json', '--root', root])).stdout)).toMatchObject({
      schema: 'itest.routes/1',
      routes: [{ method: 'POST', path: '/orders' }],
      unresolved: [],
    })
  })

  it('adds what a start of the app registers', async () => {
    const root = path.join(repository, 'fixtures/orders')

    const text = await runCli(['routes', '--probe', '--root', root])
    expect(text).toMatchObject({ exitCode: 0, stderr: 'starting the app without network\n' })
    expect(text.stdout).toMatch(/\n\nProbe: the app registers 1 route, and the code says the same\.\n$/)
    expect(JSON.parse((await runCli(['routes', '--probe', '--json', '--root', root])).stdout)).toMatchObject({
      probe: { status: 'complete', routes: [{ method: 'POST', path: '/orders' }], blocked: [], troubles: [] },
      findings: [],
    })
  })

  it('ends quietly when nobody reads its output any more', async () => {
    const options = { cwd: repository, env: cliEnvironment(), extendEnv: false, reject: false, buffer: false } as const
    const child = execa(process.execPath, [CLI, 'routes', '--root', 'fixtures/orders'], options)
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })

    const { exitCode } = await child

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })
})
