import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readDraftFile } from '../../src/write/read-draft-file.ts'
import { plan } from '../support/plan-factory.ts'

function file(text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'itest-draft-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const name = path.join(folder, 'answer.json')
  writeFileSync(name, text)
  return name
}

const read = (name: string) => readDraftFile(name, plan(), new AbortController().signal)

const CODE = "const fence = '```'\n\nexpect(fence).toBe('{}')"
const ANSWER = JSON.stringify({ cases: [{ pathId: 'happy', title: 'answers 201', code: CODE }], left: [] }, null, 2)

describe('the answer of an assistant', () => {
  it.each([
    ['as it is', ANSWER],
    ['with a byte order mark and spaces', `\uFEFF\n  ${ANSWER}\n`],
    ['in a fence', `\`\`\`json\n${ANSWER}\n\`\`\`\n`],
    [
      'in a fence with words around it',
      `Here are {the} tests:\n\n\`\`\`\n${ANSWER}\n\`\`\`\n\nTell me if {you} need more.`,
    ],
    ['after another fence', `\`\`\`ts\nconst a = {}\n\`\`\`\nand\n\`\`\`json\n${ANSWER}\n\`\`\``],
    ['with words around it', `Sure. ${ANSWER} Good luck.`],
    ['with the line ends of Windows', `\`\`\`json\r\n${ANSWER.replaceAll('\n', '\r\n')}\r\n\`\`\`\r\n`],
  ])('is read %s', async (_title, text) => {
    expect(await read(file(text))).toEqual({
      writer: 'draft',
      cases: [{ pathId: 'happy', title: 'answers 201', code: CODE }],
      left: [],
    })
  })

  it.each([
    ['nothing', ' \n', /^--draft: expected an answer in .*answer\.json, found nothing$/],
    ['no JSON', 'I can not do that.', /is not JSON\. It begins with: "I can not do that\."/],
    ['another shape', '{ "cases": "none" }', /does not have the agreed shape/],
    ['no case', '{ "cases": [], "left": [] }', /wrote none of the 1 tests/],
    ['too much', 'x'.repeat(2_000_001), /expected at most 2000000 bytes/],
  ])('is the mistake of a person with %s', async (_title, text, message) => {
    await expect(read(file(text))).rejects.toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringMatching(message) }),
    )
  })

  it('must be there', async () => {
    const name = path.join(path.dirname(file('')), 'other.json')
    await expect(read(name)).rejects.toThrow(`expected a file that can be read, found none at ${name}`)
    await expect(read(path.dirname(name))).rejects.toThrow('expected a file that can be read')
  })
})
