import { anotherStatus } from './another-status.ts'
import { comparison } from './comparison.ts'
import { droppedAwait } from './dropped-await.ts'
import { calledTwice, effectBeforeValidation } from './effects.ts'
import { literals } from './literals.ts'
import { loosenedSchema } from './loosened-schema.ts'
import { lostProperty } from './lost-property.ts'
import type { Operator } from './place.ts'
import { lostClause, lostCondition, outsideTransaction, wrongColumn } from './queries.ts'
import { removedCall } from './removed-call.ts'
import { removedCheck } from './removed-check.ts'
import { swallowedError } from './swallowed-error.ts'

/** Of two that change a place to the same text, the first one counts. */
export const OPERATORS: readonly Operator[] = [
  calledTwice,
  droppedAwait,
  swallowedError,
  effectBeforeValidation,
  outsideTransaction,
  removedCheck,
  loosenedSchema,
  lostClause,
  lostCondition,
  wrongColumn,
  anotherStatus,
  removedCall,
  lostProperty,
  literals,
  comparison,
]
