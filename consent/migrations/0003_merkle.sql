-- The fence around the ledger. {schema} is the schema of the tables, {lock} the advisory lock of appends.
--
-- Everything is ENABLE ALWAYS, because ordinary triggers are skipped under session_replication_role = replica, and
-- every function has a fixed search_path with pg_temp last, because a caller could otherwise put a table of its own
-- in front of ours. The owner of the tables can still drop all this; against that only checkpoints help which other
-- people keep (docs/ledger.md).

CREATE FUNCTION {schema}.consent_ledger_refuse() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, {schema}, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

-- The next entry, and only that: one append at a time until its transaction ends, so there is no gap and no fork.
CREATE FUNCTION {schema}.consent_entry_append() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE
    expected bigint;
    leaf bytea;
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    SELECT max(index) + 1 INTO expected FROM {schema}.consent_entry;
    expected := coalesce(expected, 0);
    IF coalesce(NEW.index, expected) <> expected THEN
        RAISE EXCEPTION 'consent_entry: % would leave a gap or a fork, % is next', NEW.index, expected
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.kind !~ '^[a-z]{{1,16}}$' OR NEW.hour !~ '^\d{{4}}-\d\d-\d\dT\d\dZ$' OR length(NEW.commitment) <> 32 THEN
        RAISE EXCEPTION 'consent_entry: % is not an entry', expected USING ERRCODE = 'restrict_violation';
    END IF;
    leaf := sha256('\x00'::bytea || convert_to('fedart/entry/v1' || chr(10) || NEW.kind || chr(10) || NEW.hour
        || chr(10) || encode(NEW.commitment, 'hex') || chr(10), 'UTF8'));
    IF coalesce(NEW.leaf_hash, leaf) <> leaf THEN
        RAISE EXCEPTION 'consent_entry: % has another leaf hash', expected USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.index := expected;
    NEW.leaf_hash := leaf;
    RETURN NEW;
END $$;

-- RFC 6962: the root over 2^k neighbouring hashes.
CREATE FUNCTION {schema}.consent_ledger_fold(row_ bytea[]) RETURNS bytea LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    width int := array_length(row_, 1);
BEGIN
    WHILE width > 1 LOOP
        FOR at IN 1..width / 2 LOOP
            row_[at] := sha256('\x01'::bytea || row_[2 * at - 1] || row_[2 * at]);
        END LOOP;
        width := width / 2;
    END LOOP;
    RETURN row_[1];
END $$;

-- A node is what its 256 children say, whoever inserts it.
CREATE FUNCTION {schema}.consent_node_compute() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE
    children bytea[];
    first bigint := NEW.index * 256;
BEGIN
    IF NEW.level = 1 THEN
        SELECT array_agg(leaf_hash ORDER BY index) INTO children FROM {schema}.consent_entry
            WHERE index BETWEEN first AND first + 255;
    ELSE
        SELECT array_agg(hash ORDER BY index) INTO children FROM {schema}.consent_node
            WHERE level = NEW.level - 1 AND index BETWEEN first AND first + 255;
    END IF;
    IF NEW.level NOT BETWEEN 1 AND 7 OR NEW.index < 0 OR coalesce(array_length(children, 1), 0) <> 256 THEN
        RAISE EXCEPTION 'consent_node: % of level % has not all its children', NEW.index, NEW.level
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.hash := {schema}.consent_ledger_fold(children);
    RETURN NEW;
END $$;

-- Fires for every 256th entry. SECURITY DEFINER: the application itself has no right to write nodes.
CREATE FUNCTION {schema}.consent_entry_grow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE
    level_ smallint := 1;
    number bigint := NEW.index >> 8;
BEGIN
    LOOP
        INSERT INTO {schema}.consent_node (level, index) VALUES (level_, number);
        EXIT WHEN number & 255 <> 255;
        number := number >> 8;
        level_ := level_ + 1;
    END LOOP;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION {schema}.consent_entry_grow() FROM PUBLIC;

-- A checkpoint speaks of entries that are there, and of more of them than the one before.
CREATE FUNCTION {schema}.consent_checkpoint_order() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, {schema}, pg_temp AS $$
BEGIN
    IF NEW.size <= coalesce((SELECT max(size) FROM {schema}.consent_checkpoint), -1)
        OR NEW.size > coalesce((SELECT max(index) + 1 FROM {schema}.consent_entry), 0) OR length(NEW.root) <> 32 THEN
        RAISE EXCEPTION 'consent_checkpoint: % is out of order', NEW.size USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER consent_entry_append BEFORE INSERT ON {schema}.consent_entry
    FOR EACH ROW EXECUTE FUNCTION {schema}.consent_entry_append();
CREATE TRIGGER consent_entry_grow AFTER INSERT ON {schema}.consent_entry
    FOR EACH ROW WHEN (NEW.index & 255 = 255) EXECUTE FUNCTION {schema}.consent_entry_grow();
CREATE TRIGGER consent_node_compute BEFORE INSERT ON {schema}.consent_node
    FOR EACH ROW EXECUTE FUNCTION {schema}.consent_node_compute();
CREATE TRIGGER consent_checkpoint_order BEFORE INSERT ON {schema}.consent_checkpoint
    FOR EACH ROW EXECUTE FUNCTION {schema}.consent_checkpoint_order();

DO $$
DECLARE
    name text;
    found record;
BEGIN
    FOREACH name IN ARRAY ARRAY['consent_entry', 'consent_node', 'consent_checkpoint'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON {schema}.%I FOR EACH ROW
            EXECUTE FUNCTION {schema}.consent_ledger_refuse()', name || '_no_change', name);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON {schema}.%I FOR EACH STATEMENT
            EXECUTE FUNCTION {schema}.consent_ledger_refuse()', name || '_no_truncate', name);
        FOR found IN SELECT tgname FROM pg_trigger
            WHERE tgrelid = ('{schema}.' || name)::regclass AND NOT tgisinternal LOOP
            EXECUTE format('ALTER TABLE {schema}.%I ENABLE ALWAYS TRIGGER %I', name, found.tgname);
        END LOOP;
    END LOOP;
END $$;

-- The nodes above the entries that are there already, lowest level first.
DO $$
DECLARE
    entries bigint := (SELECT count(*) FROM {schema}.consent_entry);
BEGIN
    FOR level_ IN 1..7 LOOP
        FOR number IN 0..(entries >> (8 * level_)) - 1 LOOP
            INSERT INTO {schema}.consent_node (level, index) VALUES (level_, number);
        END LOOP;
    END LOOP;
END $$;
