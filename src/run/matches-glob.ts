/** Whether a path, relative and with forward slashes, fits a pattern such as `tests/**\/*.{test,spec}.?(c|m)[jt]s?(x)`. */
export function matchesGlob(path: string, pattern: string): boolean {
  return new RegExp(`^${translate(pattern.replace(/^\.\//, ''))}$`).test(path)
}

const PIECE = /\*\*\/|\*\*|\*|\?\(([^)]*)\)|[@+*!]\(([^)]*)\)|\{([^}]*)\}|\[[^\]]*\]|\?|[^*?{[@+!]+|./g

function translate(pattern: string): string {
  return [...pattern.matchAll(PIECE)]
    .map(([piece, maybe, one, choice]) => {
      if (piece === '**/') return '(?:.*/)?'
      if (piece === '**') return '.*'
      if (piece === '*') return '[^/]*'
      if (piece === '?') return '[^/]'
      if (maybe !== undefined) return `(?:${alternatives(maybe, '|')})?`
      if (one !== undefined) return `(?:${alternatives(one, '|')})`
      if (choice !== undefined) return `(?:${alternatives(choice, ',')})`
      return piece.startsWith('[') ? piece : piece.replace(/[.+^$()|\\{}]/g, '\\$&')
    })
    .join('')
}

function alternatives(text: string, separator: string): string {
  return text.split(separator).map(translate).join('|')
}
