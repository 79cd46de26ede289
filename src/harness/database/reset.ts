/** The schema that holds what itest needs in a test database; no test and no reset sees it. */
const OWN_SCHEMA = 'itest'

/** The first object that is not the database's own: `FirstNormalObjectId`. */
const FIRST_OID = 16384

// Tables of the user: no system or extension table, and not the journal of Drizzle's migrator.
const USER_TABLES = `
  SELECT c.oid, c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid >= ${FIRST_OID} AND c.relkind = 'r' AND c.relpersistence <> 't' AND c.relname <> '__drizzle_migrations'
    AND n.nspname <> '${OWN_SCHEMA}' AND n.nspname NOT LIKE 'pg\\_%' AND NOT EXISTS (
      SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`

/**
 * Remembers, in the template database, what the migrations left behind: rows of lookup tables and where each sequence
 * stands.
 */
const REMEMBER_BASELINE = `
CREATE SCHEMA ${OWN_SCHEMA};
CREATE TABLE ${OWN_SCHEMA}.seeds (target regclass, copy text, columns text, depth int);
CREATE TABLE ${OWN_SCHEMA}.sequences AS
  SELECT format('%I.%I', schemaname, sequencename)::regclass AS sequence, last_value FROM pg_sequences
  WHERE last_value IS NOT NULL;
DO $itest$
DECLARE item record; filled boolean; columns text;
BEGIN
  FOR item IN ${USER_TABLES} LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM ONLY %s)', item.name) INTO filled;
    CONTINUE WHEN NOT filled;
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
      WHERE attrelid = item.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format('CREATE TABLE ${OWN_SCHEMA}.seed_%s AS SELECT %s FROM ONLY %s', item.oid, columns, item.name);
    INSERT INTO ${OWN_SCHEMA}.seeds VALUES (item.name, 'seed_' || item.oid, columns, 0);
  END LOOP;
  FOR step IN 1 .. (SELECT count(*) FROM ${OWN_SCHEMA}.seeds) LOOP
    UPDATE ${OWN_SCHEMA}.seeds child SET depth = step FROM pg_constraint c, ${OWN_SCHEMA}.seeds parent
      WHERE c.contype = 'f' AND c.conrelid = child.target AND c.confrelid = parent.target
        AND c.conrelid <> c.confrelid AND parent.depth = step - 1;
  END LOOP;
END $itest$;`

const FILL_SEQUENCES = `
  FOR item IN
    SELECT s.seqrelid::regclass AS name, s.seqstart, b.last_value
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN ${OWN_SCHEMA}.sequences b ON b.sequence = s.seqrelid
    WHERE c.oid >= ${FIRST_OID} AND c.relpersistence <> 't' AND n.nspname <> '${OWN_SCHEMA}'
      AND c.relname NOT LIKE '\\_\\_drizzle%'
  LOOP
    PERFORM setval(item.name, coalesce(item.last_value, item.seqstart), item.last_value IS NOT NULL);
  END LOOP;`

const FILL_TABLE = `
    EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM ${OWN_SCHEMA}.%I',
      item.target, item.columns, item.columns, item.copy);`

export type ResetKind = 'replica' | 'truncate'

const BODIES = {
  replica: `
DECLARE item record;
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR item IN ${USER_TABLES} LOOP
    EXECUTE format('DELETE FROM ONLY %s', item.name);
  END LOOP;
  FOR item IN SELECT * FROM ${OWN_SCHEMA}.seeds LOOP ${FILL_TABLE}
  END LOOP; ${FILL_SEQUENCES}
END`,
  truncate: `
DECLARE item record; filled boolean; names text[] := '{}';
BEGIN
  FOR item IN ${USER_TABLES} LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM ONLY %s)', item.name) INTO filled;
    IF filled THEN names := names || item.name::text; END IF;
  END LOOP;
  IF names <> '{}' THEN EXECUTE 'TRUNCATE ' || array_to_string(names, ', ') || ' CASCADE'; END IF;
  FOR item IN SELECT * FROM ${OWN_SCHEMA}.seeds ORDER BY depth LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', item.target); ${FILL_TABLE}
    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', item.target);
  END LOOP; ${FILL_SEQUENCES}
END`,
} satisfies Record<ResetKind, string>

/**
 * To be run in the template database: remembers what the migrations left behind, and how to go back to it, as functions,
 * whose plans a connection keeps.
 */
export const PREPARE_RESET = `${REMEMBER_BASELINE}
${Object.entries(BODIES)
  .map(
    ([kind, body]) =>
      `CREATE FUNCTION ${OWN_SCHEMA}.reset_by_${kind}() RETURNS void LANGUAGE plpgsql AS $itest$${body} $itest$;`,
  )
  .join('\n')}`

/**
 * Back to the state of the template. DELETE with foreign keys and triggers off is 10 to 50 times faster than TRUNCATE,
 * and unlike a surrounding transaction it survives the app's own commits. It needs a superuser; an owner truncates what
 * has rows, and fills parents before children.
 */
export const RESETS = {
  replica: `SELECT ${OWN_SCHEMA}.reset_by_replica()`,
  truncate: `SELECT ${OWN_SCHEMA}.reset_by_truncate()`,
} satisfies Record<ResetKind, string>

/** For a connection that does nothing else: changing this for each reset would lose the plans. */
export const STAY_REPLICA = "SET session_replication_role = 'replica'"

/** Among the limits of a server whose role is no superuser. */
export const RESET_BY_TRUNCATE =
  'the role is no superuser, so TRUNCATE empties the tables before each test: slower, and triggers on it fire'
