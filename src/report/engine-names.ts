import type { EngineFacts } from '../run/types.ts'

export const ENGINE_NAMES = {
  postgres: 'PostgreSQL',
  pglite: 'PGlite',
  sqlite: 'SQLite',
  mysql: 'MySQL',
  mariadb: 'MariaDB',
} satisfies Record<EngineFacts['kind'], string>
