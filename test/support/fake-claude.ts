import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** How the scripted `claude` ends one call. Shapes of results are those that 2.1.329 printed. */
export type ClaudeReply =
  /** Over what a result of a good call has. */
  | { kind: 'result'; result: object }
  | { kind: 'raw'; stdout: string; stderr?: string; exitCode?: number }
  /** It begins, and says nothing more. */
  | { kind: 'silence' }

/** How it was called. */
export interface SeenCall {
  readonly flags: readonly string[]
  readonly stdin: string
  readonly environment: Readonly<Record<string, string>>
  /** What lies in the folder that it runs in. */
  readonly files: readonly string[]
  readonly rules: string
  readonly pid: number
}

export interface FakeClaude {
  /** To be the PATH. */
  readonly folder: string
  /** Calls so far. */
  seen(): SeenCall[]
  remove(): void
}

const GOOD = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  stop_reason: 'tool_use',
  result: 'done',
  total_cost_usd: 0.0125,
  usage: { input_tokens: 12, output_tokens: 34, cache_read_input_tokens: 0, cache_creation_input_tokens: 1500 },
  modelUsage: { 'claude-sonnet-5-5': {} },
  permission_denials: [],
}

/** An executable `claude` that answers from a script, the last answer again and again. */
export function makeFakeClaude(script: readonly ClaudeReply[]): FakeClaude {
  const folder = mkdtempSync(path.join(tmpdir(), 'itest-fake-claude-'))
  const log = path.join(folder, 'seen.jsonl')
  const replies = script.map((reply) =>
    reply.kind === 'result' ? { ...reply, result: { ...GOOD, ...reply.result } } : reply,
  )
  const file = path.join(folder, 'claude')
  writeFileSync(file, `#!${process.execPath}\nconst [LOG, REPLIES] = ${JSON.stringify([log, replies])}\n${PROGRAM}`)
  chmodSync(file, 0o755)
  return {
    folder,
    seen: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const PROGRAM = `
const { appendFileSync, existsSync, readFileSync, readdirSync } = require('node:fs')
const flags = process.argv.slice(2)
if (flags[0] === '--version') {
  console.log('2.1.329 (Claude Code)')
  process.exit(0)
}
const before = existsSync(LOG) ? readFileSync(LOG, 'utf8').trim().split('\\n').length : 0
const rules = readFileSync(flags[flags.indexOf('--system-prompt-file') + 1], 'utf8')
const stdin = readFileSync(0, 'utf8')
const seen = { flags, stdin, environment: process.env, files: readdirSync('.'), rules, pid: process.pid }
appendFileSync(LOG, JSON.stringify(seen) + '\\n')
const reply = REPLIES[Math.min(before, REPLIES.length - 1)]
if (reply.kind === 'silence') setInterval(() => undefined, 1000)
if (reply.kind === 'raw') {
  process.stderr.write(reply.stderr ?? '')
  process.stdout.write(reply.stdout)
  process.exitCode = reply.exitCode ?? 0
}
if (reply.kind === 'result') {
  process.stdout.write(JSON.stringify(reply.result))
  process.exitCode = reply.result.is_error ? 1 : 0
}
`
