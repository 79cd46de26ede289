import { stripVTControlCharacters } from 'node:util'

/** Breaks text at spaces so that no line is longer than `width`; lines after the first begin with `indent`. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = []
  let line = text.match(/^ */)?.[0] ?? ''
  for (const word of text.trim().split(' ')) {
    const candidate = line.trim() === '' ? line + word : `${line} ${word}`
    if (candidate.length > width && line.trim() !== '') {
      lines.push(line)
      line = indent + word
    } else {
      line = candidate
    }
  }
  return [...lines, line]
}

/** Columns padded to their longest cell, two spaces between. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Someone else's words (an error, a model) as one line that can't steer a terminal. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
}

/** Groups in the order of their first members. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, readonly T[]][] {
  const keys = [...new Set(items.map(keyOf))]
  return keys.map((key) => [key, items.filter((item) => keyOf(item) === key)])
}
