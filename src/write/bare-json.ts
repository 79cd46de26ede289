/** A server that can't hold its model to JSON lets it think aloud and put the answer into a Markdown fence. */
export function bareJson(text: string): string {
  const answer = text.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim()
  if (answer.startsWith('{')) return answer
  return /^```\w*[ \t]*\r?\n([\s\S]*)^```/m.exec(answer)?.[1]?.trim() ?? answer
}
