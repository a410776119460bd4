-- A verdict that stays as it was is not written again, but a finished run may say it of a boundary that has come since:
-- from then on the map shows it beside that one. Where no boundary began or ended between two runs nothing changes.
CREATE FUNCTION gridwork_run_finished() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before timestamptz;
BEGIN
    SELECT max(as_of) INTO before FROM gridwork_auditrun
    WHERE district_code = NEW.district_code AND state = 'done' AND id <> NEW.id;
    PERFORM gridwork_note_tile_change(layers.name, NEW.district_code, NULL)
    FROM (VALUES ('grid'), ('compound')) AS layers (name)
    WHERE before IS NULL OR EXISTS (
        SELECT FROM gridwork_tilechange AS change
        WHERE change.district_code = NEW.district_code AND change.layer = layers.name
            AND change.moment > before AND change.moment <= NEW.as_of
    );
    RETURN NULL;
END $$;

CREATE TRIGGER tiles_run_finished AFTER INSERT OR UPDATE OF state ON gridwork_auditrun
    FOR EACH ROW WHEN (NEW.state = 'done') EXECUTE FUNCTION gridwork_run_finished();
