-- The journal only grows: a line is never altered, deleted or truncated.
CREATE FUNCTION gridwork_journal_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '日志只能追加，不能 %', TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'journal_is_append_only';
END $$;

CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON gridwork_journalline
    FOR EACH ROW EXECUTE FUNCTION gridwork_journal_refuses();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON gridwork_journalline
    FOR EACH STATEMENT EXECUTE FUNCTION gridwork_journal_refuses();
