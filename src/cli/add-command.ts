import { type Command, Option } from 'commander'

/** A command that reads the project. */
export function addCommand(program: Command, name: string, description: string): Command {
  return addPlainCommand(program, name, description)
    .option('--config <file>', 'your settings, relative to --root; default: itest.config.ts, .mts, .js or .mjs, if any')
    .option('--app <file>', 'file that makes or starts the Express app; default: found by itself')
    .option('--no-cache', 'read the code anew even when nothing has changed since it was last read')
}

/** A command with the options that all have. */
export function addPlainCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--root <dir>', 'folder of the project', '.')
    .option('--json', 'print one JSON object and nothing else')
    .exitOverride()
}

export function promptBudgetOption(): Option {
  return new Option(
    '--prompt-budget <tokens>',
    'how long what a model is told of the route may be; default: 30000. What is left out is said',
  )
}

export function databaseOption(): Option {
  return new Option('--database <engine>', 'which database to start; default: auto').choices([
    'auto',
    'postgres',
    'pglite',
  ])
}

export function stripCommentsOption(): Option {
  return new Option('--strip-comments', 'leave the comments of your code out of what is sent')
}

export function databaseUrlOption(): Option {
  return new Option(
    '--database-url <url>',
    'a Postgres server to use instead; only databases named itest_* are made on it, and dropped (ITEST_DATABASE_URL)',
  )
}
