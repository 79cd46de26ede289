import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const version = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')).version

let folder: string
let files: string[]

function run(command: string, args: readonly string[], cwd = folder): string {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

describe('the npm package', () => {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'itest-pack-'))
    // `npm test` has just built dist/, and a build here would rewrite it under the other tests.
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], repository),
    )
    files = packed.files.map((file: { path: string }) => file.path)
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }))
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', packed.filename])
  }, 120_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('holds what the CLI needs at run time, and no sources, tests or sample apps', () => {
    expect(files).toEqual(expect.arrayContaining(['dist/cli.js', 'dist/harness/index.js', 'LICENSE', 'package.json']))
    expect(files.filter((file) => /^(src|test|fixtures|bench)\//.test(file))).toEqual([])
  })

  it('prints its version when installed into another project', () => {
    expect(run('npx', ['--no-install', 'itest', '--version']).trim()).toBe(version)
  })

  it('writes and reads a config when installed into another project', () => {
    run('npx', ['--no-install', 'itest', 'init'])

    const printed = "import('itest-gen/config').then((api) => console.log(Object.keys(api).sort().join()))"
    expect(run(process.execPath, ['-e', printed]).trim()).toBe('auth,defineConfig')
    const file = path.join(folder, 'itest.config.ts')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/\n\}\)/, "\n  oh: 'no',$&"))
    expect(() => run('npx', ['--no-install', 'itest', 'routes'])).toThrow('itest.config.ts: oh: unknown key')
  })

  it('lists its commands when installed into another project', () => {
    const help = run('npx', ['--no-install', 'itest', '--help'])

    for (const command of ['gen', 'plan', 'prompt', 'routes', 'init'])
      expect(help).toMatch(new RegExp(`^ +${command}\\b`, 'm'))
  })
})
