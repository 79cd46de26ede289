import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { repository } from '../support/copy-fixture.ts'
import { CLI, cliEnvironment, runCli } from '../support/run-cli.ts'

const EXPRESS = { 'package.json': '{ "dependencies": { "express": "5" } }' }

function writeFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'itest-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  return folder
}

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

  it.each([
    { root: {}, args: [], says: ['no package.json in', '--root DIR'] },
    { root: { 'package.json': '{}' }, args: [], says: ['no Express in', 'package.json does not list it'] },
    { root: EXPRESS, args: [], says: ['no Express app with routes found', '--root DIR'] },
    {
      root: EXPRESS,
      args: ['--app', 'src/gone.ts'],
      says: ['--app src/gone.ts: expected a file', 'found nothing at', 'src/server.ts'],
    },
    {
      root: { ...EXPRESS, 'src/a.ts': '' },
      args: ['--app', 'src'],
      says: ['--app src: expected a file', 'found a folder at'],
    },
    {
      root: { ...EXPRESS, 'src/a.ts': '' },
      args: ['--app', 'src/a.ts'],
      says: ['no Express app with routes in src/a.ts', 'leave --app out'],
    },
    { root: EXPRESS, args: ['--root', 'package.json'], says: ['expected a folder, found a file at'] },
    { root: EXPRESS, args: ['--root', 'nowhere'], says: ['expected a folder, found nothing at'] },
  ])('says what it expected of a project, what it found and what to do: $args', async ({ root, args, says }) => {
    const folder = writeFolder(root)

    const { exitCode, stdout, stderr } = await runCli(['routes', ...args], { cwd: folder })

    for (const words of says) expect(stderr).toContain(words)
    expect(stderr).not.toMatch(/^ +at /m)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
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
