-- Two roles. fedart_owner owns the ledger's tables and cannot log in; fedart_app is what web and workers connect as: it
-- reads and writes everything else, but of the ledger it may only read, add entries, and add checkpoints.
--
-- Where the migrating account may not make roles or give tables away (a managed server), a notice says so; the operator
-- makes both roles once (docs/production.md) and nothing else changes. The triggers of 0003 hold for everybody either way.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fedart_app') THEN
        CREATE ROLE fedart_app NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fedart_owner') THEN
        CREATE ROLE fedart_owner NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server made them just now
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'this account may not make the roles fedart_app and fedart_owner; see docs/production.md';
END $$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fedart_app') THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA {schema} TO fedart_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO fedart_app;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO fedart_app;
    -- What later migrations of the same account make.
    ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO fedart_app;
    ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO fedart_app;
    REVOKE ALL ON {schema}.consent_entry, {schema}.consent_node, {schema}.consent_checkpoint FROM PUBLIC, fedart_app;
    GRANT SELECT, INSERT ON {schema}.consent_entry, {schema}.consent_checkpoint TO fedart_app;
    GRANT SELECT ON {schema}.consent_node TO fedart_app;
    REVOKE UPDATE, DELETE ON {schema}.consent_cosignature FROM fedart_app;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fedart_owner') THEN
        RETURN;
    END IF;
    IF NOT pg_has_role(current_user, 'fedart_owner', 'MEMBER') THEN
        EXECUTE format('GRANT fedart_owner TO %I', current_user);
    END IF;
    GRANT USAGE, CREATE ON SCHEMA {schema} TO fedart_owner;
    FOREACH name IN ARRAY ARRAY['consent_entry', 'consent_node', 'consent_checkpoint'] LOOP
        EXECUTE format('ALTER TABLE {schema}.%I OWNER TO fedart_owner', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['consent_ledger_refuse()', 'consent_entry_append()', 'consent_node_compute()',
        'consent_entry_grow()', 'consent_checkpoint_order()', 'consent_ledger_fold(bytea[])'] LOOP
        EXECUTE 'ALTER FUNCTION {schema}.' || name || ' OWNER TO fedart_owner';
    END LOOP;
    REVOKE CREATE ON SCHEMA {schema} FROM fedart_owner;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'this account may not give the ledger to fedart_owner; it stays the owner itself';
END $$;
