import * as z from 'zod'

/** A shape as a server takes it: closed objects with nothing optional, as `strict` demands. */
export function toJsonSchema(shape: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(shape)
  return schema
}
