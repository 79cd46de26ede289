import * as z from 'zod'

const Said = z.union([
  z.looseObject({ error: z.looseObject({ message: z.string() }) }).transform(({ error }) => error.message),
  z.looseObject({ error: z.string() }).transform(({ error }) => error),
  z.looseObject({ message: z.string() }).transform(({ message }) => message),
  z.looseObject({ detail: z.string() }).transform(({ detail }) => detail),
])

/** What the body of an error says: servers agree on JSON, but not on its shape. */
export function readSaid(body: string): string {
  try {
    const said = Said.safeParse(JSON.parse(body))
    return said.success ? said.data : body
  } catch {
    return body
  }
}
