import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')

it('shows the report that a run prints', () => {
  const [, ...lines] = read('test/golden/cli/gen-post-orders.txt').trimEnd().split('\n')
  const report = lines.filter((line) => line !== '[exit code 1]').join('\n')

  expect(read('README.md').replace(/PostgreSQL [\d.]+/, 'PostgreSQL <version>')).toContain(report)
})

it.each(['red-refund', 'green-refund'])('shows what the gates print: %s', (name) => {
  const lines = read(`test/golden/cli/${name}.txt`).trimEnd().split('\n').slice(0, -1)
  const shown = read('README.md')
    .replace(/PostgreSQL [\d.]+/g, 'PostgreSQL <version>')
    .replace(/Vitest \d[\d.]+/g, 'Vitest <version>')

  expect(shown).toContain(lines.join('\n'))
})

it('shows what a hunt for flaky tests prints', () => {
  const lines = read('test/golden/cli/flaky.txt').trimEnd().split('\n').slice(0, -1)

  expect(read('README.md').replace(/Vitest \d[\d.]+/g, 'Vitest <version>')).toContain(lines.join('\n'))
})

it('shows a test of the generated file', () => {
  const [, shown = ''] = read('README.md').match(/```ts\n(it\("\[db-fails[\s\S]*?)```/) ?? []
  const indented = shown.replace(/^(?=.)/gm, '  ')

  expect(shown).not.toBe('')
  expect(read('test/golden/post-orders.test.ts')).toContain(indented)
})
