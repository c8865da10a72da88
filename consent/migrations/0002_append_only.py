"""The fence around the ledger: PostgreSQL itself refuses to change, remove or misplace an entry.

ENABLE ALWAYS, because ordinary triggers are skipped under `session_replication_role = replica`. The owner of the
table can still drop a trigger; against that only the heads help which other people keep (docs/ledger.md).
"""

from django.db import migrations

FENCE = """
CREATE FUNCTION consent_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'consent_entry is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION consent_entry_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
    previous bytea := sha256(convert_to('fedart/chain/v1', 'UTF8'));
    expected bigint := 0;
    leaf bytea;
BEGIN
    SELECT index, chain_hash INTO last FROM consent_entry ORDER BY index DESC LIMIT 1;
    IF FOUND THEN
        expected := last.index + 1;
        previous := last.chain_hash;
    END IF;
    IF NEW.index <> expected THEN
        RAISE EXCEPTION 'consent_entry: % would leave a gap, % is next', NEW.index, expected
            USING ERRCODE = 'restrict_violation';
    END IF;
    leaf := sha256('\\x00'::bytea || convert_to(
        'fedart/entry/v1' || chr(10) || NEW.kind || chr(10) || NEW.hour || chr(10)
        || encode(NEW.commitment, 'hex') || chr(10), 'UTF8'));
    IF NEW.leaf_hash <> leaf OR NEW.chain_hash <> sha256(previous || leaf) OR length(NEW.commitment) <> 32 THEN
        RAISE EXCEPTION 'consent_entry: % does not follow from the entry before', NEW.index
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER consent_entry_link BEFORE INSERT ON consent_entry
    FOR EACH ROW EXECUTE FUNCTION consent_entry_link();
CREATE TRIGGER consent_entry_no_change BEFORE UPDATE OR DELETE ON consent_entry
    FOR EACH ROW EXECUTE FUNCTION consent_entry_refuse();
CREATE TRIGGER consent_entry_no_truncate BEFORE TRUNCATE ON consent_entry
    FOR EACH STATEMENT EXECUTE FUNCTION consent_entry_refuse();
ALTER TABLE consent_entry ENABLE ALWAYS TRIGGER consent_entry_link;
ALTER TABLE consent_entry ENABLE ALWAYS TRIGGER consent_entry_no_change;
ALTER TABLE consent_entry ENABLE ALWAYS TRIGGER consent_entry_no_truncate;
"""

NO_FENCE = """
DROP TRIGGER IF EXISTS consent_entry_link ON consent_entry;
DROP TRIGGER IF EXISTS consent_entry_no_change ON consent_entry;
DROP TRIGGER IF EXISTS consent_entry_no_truncate ON consent_entry;
DROP FUNCTION IF EXISTS consent_entry_link();
DROP FUNCTION IF EXISTS consent_entry_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]

    operations = [migrations.RunSQL(FENCE, NO_FENCE)]
