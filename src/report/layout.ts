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
