/** The data of server-sent events, as they come; comments, names and the rest of the format are left out. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    const lines = `${rest}${decoder.decode(bytes, { stream: true })}`.split(/\r?\n/)
    rest = lines.pop() ?? ''
    yield* lines.flatMap(readData)
  }
  yield* readData(rest)
}

/** Chat servers write one line of data for each event. */
function readData(line: string): string[] {
  return line.startsWith('data:') ? [line.slice('data:'.length).trim()] : []
}
