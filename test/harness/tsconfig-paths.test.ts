import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readTsconfigPaths } from '../../src/harness/tsconfig-paths.ts'

/** What each import may mean, relative to the root. */
function find(files: Record<string, string>, specifiers: readonly string[]): string[][] {
  const root = mkdtempSync(join(tmpdir(), 'itest-tsconfig-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  const findByPaths = readTsconfigPaths(join(root, 'app/tsconfig.json'))
  return specifiers.map((specifier) => findByPaths(specifier).map((file) => file.slice(root.length + 1)))
}

const base = '{ "compilerOptions": { "paths": { "@/*": ["./lib/*", "./src/*"] } } }'
const inLib = [['app/lib/db', 'app/src/db']]

it.each<[string, Record<string, string>, string[][]]>([
  ['none', {}, [[]]],
  ['its own', { 'app/tsconfig.json': base }, inLib],
  [
    'those beside comments and commas, whose likes are also in strings',
    {
      'app/tsconfig.json': `\uFEFF{ // the app
        "compilerOptions": { /* "paths": {} */ "paths": { "@/*": ["./lib/*", "./src/*",], "// no": ["/* no */, ]"], }, },
      }`,
    },
    inLib,
  ],
  [
    'those of a file that it extends',
    { 'app/tsconfig.json': '{ "extends": "../base" }', 'base.json': base },
    [['lib/db', 'src/db']],
  ],
  [
    'those of a package, before those of another',
    {
      'app/tsconfig.json': '{ "extends": ["./other.json", "@acme/tsconfig/node"] }',
      'app/other.json': '{ "compilerOptions": { "paths": { "@/*": ["./never/*"] } } }',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: TypeScript fills it in.
      'app/node_modules/@acme/tsconfig/node.json': base.replaceAll('./', '${configDir}/'),
    },
    inLib,
  ],
  [
    'those below a baseUrl that is set elsewhere',
    {
      'app/tsconfig.json': base.replace('{', '{ "extends": "./root.json",'),
      'app/root.json': '{ "compilerOptions": { "baseUrl": "./code" } }',
    },
    [['app/code/lib/db', 'app/code/src/db']],
  ],
  ['none of a circle', { 'app/tsconfig.json': '{ "extends": "./tsconfig.json" }' }, [[]]],
  ['none of what is no JSON', { 'app/tsconfig.json': '{ "compilerOptions": ' }, [[]]],
])('finds %s', (_, files, expected) => {
  expect(find(files, ['@/db'])).toEqual(expected)
})

it('takes the longest pattern that fits, and one without a star only as it is', () => {
  const paths = '{ "*": ["./any/*"], "@/*": ["./src/*"], "@/db/*.js": ["./db/*.ts"], "config": ["./config/index.ts"] }'
  const files = { 'app/tsconfig.json': `{ "compilerOptions": { "paths": ${paths} } }` }
  expect(find(files, ['@/db/a.js', '@/app', 'config', 'config/x'])).toEqual([
    ['app/db/a.ts'],
    ['app/src/app'],
    ['app/config/index.ts'],
    ['app/any/config/x'],
  ])
})
