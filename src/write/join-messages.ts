import type { ModelMessage } from './model.ts'

/** Messages in turn as one text, for who takes no list. The marks stand in none of the messages. */
export function joinMessages(messages: readonly ModelMessage[]): string {
  const [first, ...others] = messages
  if (first && others.length === 0) return first.text
  let mark = 'turn'
  while (messages.some(({ text }) => text.includes(`<${mark}`) || text.includes(`</${mark}`))) mark += '-'
  const turns = messages.map(
    ({ role, text }, index) => `<${mark} number="${index + 1}" from="${role}">\n${text}\n</${mark}>`,
  )
  const head = `This is a conversation so far, in ${messages.length} turns; those from the assistant are your own. Answer the last one.`
  return [head, ...turns].join('\n\n')
}
