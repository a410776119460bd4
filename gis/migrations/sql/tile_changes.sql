-- What the live map's tiles must know of every write, whichever way it came: which shapes have no generalised copies yet
-- (gridwork_tilewaiting), and that a layer is no longer what it was (gridwork_tilechange).
--
-- Changes are rows that are only ever added up: two transactions never wait for each other over them, and the sum of
-- what is committed grows with every commit, in whatever order they commit. A moment stands beside a change that is seen
-- on maps from that moment on only; NULL beside one that may be seen on all. A transaction counts up one row for each.
CREATE SEQUENCE gridwork_tileticket;
ALTER TABLE gridwork_tilechange ADD COLUMN transaction xid8;
CREATE INDEX tilechange_by_transaction ON gridwork_tilechange (transaction) WHERE transaction IS NOT NULL;
ALTER TABLE gridwork_tilechange ALTER COLUMN at SET DEFAULT clock_timestamp();
ALTER TABLE gridwork_tilechange ALTER COLUMN changes SET DEFAULT 1;
ALTER TABLE gridwork_tilewaiting ALTER COLUMN ticket SET DEFAULT nextval('gridwork_tileticket');

CREATE FUNCTION gridwork_note_tile_change(changed_layer text, district text, since timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gridwork_tilechange SET changes = changes + 1, at = clock_timestamp()
    WHERE transaction = pg_current_xact_id() AND layer = changed_layer AND district_code = district
        AND moment IS NOT DISTINCT FROM since;
    IF NOT FOUND THEN
        INSERT INTO gridwork_tilechange (layer, district_code, moment, transaction)
        VALUES (changed_layer, district, since, pg_current_xact_id());
    END IF;
END $$;

-- The beginning of a day where the platform's cities lie.
CREATE FUNCTION gridwork_midnight(day date) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT day::timestamp AT TIME ZONE 'Asia/Shanghai'
$$;

-- Boundaries: argument 0 is the layer, 1 the table of its places, 2 how a place's district is told.
CREATE FUNCTION gridwork_boundaries_drawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gridwork_tilewaiting (layer, shape_id) SELECT TG_ARGV[0], id FROM written;
    EXECUTE format('
        SELECT gridwork_note_tile_change($1, district, since) FROM (
            SELECT DISTINCT %s AS district, since
            FROM written JOIN %I AS place ON place.id = written.place_id
            CROSS JOIN LATERAL unnest(ARRAY[lower(written.in_force), upper(written.in_force)]) AS since
            WHERE since IS NOT NULL
        ) AS noted', TG_ARGV[2], TG_ARGV[1]) USING TG_ARGV[0];
    RETURN NULL;
END $$;

CREATE FUNCTION gridwork_boundaries_redrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gridwork_shapes_wait(TG_ARGV[0], array_agg(written.id))
    FROM written JOIN before USING (id) WHERE written.shape::bytea <> before.shape::bytea HAVING count(*) > 0;
    EXECUTE format('
        SELECT gridwork_note_tile_change($1, district, since) FROM (
            SELECT DISTINCT %s AS district, since
            FROM written JOIN before USING (id)
            JOIN %I AS place ON place.id IN (written.place_id, before.place_id)
            CROSS JOIN LATERAL unnest(CASE
                WHEN written.shape::bytea <> before.shape::bytea OR written.place_id <> before.place_id
                    THEN ARRAY[lower(written.in_force), lower(before.in_force),
                        upper(written.in_force), upper(before.in_force)]
                ELSE ARRAY[
                    CASE WHEN lower(written.in_force) <> lower(before.in_force) THEN lower(written.in_force) END,
                    CASE WHEN lower(written.in_force) <> lower(before.in_force) THEN lower(before.in_force) END,
                    CASE WHEN upper(written.in_force) IS DISTINCT FROM upper(before.in_force) THEN upper(written.in_force) END,
                    CASE WHEN upper(written.in_force) IS DISTINCT FROM upper(before.in_force) THEN upper(before.in_force) END]
                END) AS since
            WHERE since IS NOT NULL
        ) AS noted', TG_ARGV[2], TG_ARGV[1]) USING TG_ARGV[0];
    RETURN NULL;
END $$;

CREATE FUNCTION gridwork_boundaries_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM gridwork_tilecopy WHERE layer = TG_ARGV[0] AND shape_id IN (SELECT id FROM before);
    DELETE FROM gridwork_tilewaiting WHERE layer = TG_ARGV[0] AND shape_id IN (SELECT id FROM before);
    EXECUTE format('
        SELECT gridwork_note_tile_change($1, district, since) FROM (
            SELECT DISTINCT %s AS district, lower(before.in_force) AS since
            FROM before JOIN %I AS place ON place.id = before.place_id
        ) AS noted', TG_ARGV[2], TG_ARGV[1]) USING TG_ARGV[0];
    RETURN NULL;
END $$;

-- Shapes whose copies are no longer theirs.
CREATE FUNCTION gridwork_shapes_wait(changed_layer text, ids bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM gridwork_tilecopy WHERE layer = changed_layer AND shape_id = ANY(ids);
    INSERT INTO gridwork_tilewaiting (layer, shape_id) SELECT changed_layer, unnest(ids)
    ON CONFLICT (layer, shape_id) DO UPDATE SET ticket = nextval('gridwork_tileticket');
$$;

-- Names, kinds and parents of places that have boundaries: argument 0 is the layer, 1 how a district is told.
CREATE FUNCTION gridwork_places_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('
        SELECT gridwork_note_tile_change($1, district, NULL) FROM (SELECT DISTINCT %s AS district FROM written AS place) AS noted
    ', TG_ARGV[1]) USING TG_ARGV[0];
    RETURN NULL;
END $$;

-- Places that carry their shape themselves are on the map from the day of their establishment to that of their retirement.
CREATE FUNCTION gridwork_shaped_places_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] = 'road' THEN
        INSERT INTO gridwork_tilewaiting (layer, shape_id) SELECT TG_ARGV[0], id FROM written;
    END IF;
    PERFORM gridwork_note_tile_change(TG_ARGV[0], district, since) FROM (
        SELECT DISTINCT district_code AS district, gridwork_midnight(day) AS since
        FROM written CROSS JOIN LATERAL unnest(ARRAY[established_on, retired_on]) AS day WHERE day IS NOT NULL
    ) AS noted;
    RETURN NULL;
END $$;

CREATE FUNCTION gridwork_shaped_places_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] = 'road' THEN
        PERFORM gridwork_shapes_wait(TG_ARGV[0], array_agg(written.id))
        FROM written JOIN before USING (id) WHERE written.shape::bytea <> before.shape::bytea HAVING count(*) > 0;
    END IF;
    PERFORM gridwork_note_tile_change(TG_ARGV[0], district, since) FROM (
        SELECT DISTINCT written.district_code AS district, gridwork_midnight(day) AS since
        FROM written JOIN before USING (id)
        CROSS JOIN LATERAL unnest(ARRAY[NULL, written.established_on, before.established_on,
            written.retired_on, before.retired_on]) AS day
        WHERE day IS NULL OR written.established_on <> before.established_on
            OR written.retired_on IS DISTINCT FROM before.retired_on
    ) AS noted;
    RETURN NULL;
END $$;

-- How places sit, by the audit: `layer` stands in the row.
CREATE FUNCTION gridwork_verdicts_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gridwork_note_tile_change(noted.layer, noted.district_code, NULL)
    FROM (SELECT DISTINCT layer, district_code FROM written) AS noted;
    RETURN NULL;
END $$;

-- Findings: a run that only notes that it saw a case again changes nothing on the map.
CREATE FUNCTION gridwork_findings_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO gridwork_tilewaiting (layer, shape_id) SELECT 'finding', id FROM written;
        INSERT INTO gridwork_tilewaiting (layer, shape_id) SELECT 'finding_cut', id FROM written WHERE cut IS NOT NULL;
        PERFORM gridwork_note_tile_change('finding', noted.district_code, NULL)
        FROM (SELECT DISTINCT district_code FROM written) AS noted;
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM gridwork_tilecopy WHERE layer IN ('finding', 'finding_cut') AND shape_id IN (SELECT id FROM before);
        DELETE FROM gridwork_tilewaiting WHERE layer IN ('finding', 'finding_cut') AND shape_id IN (SELECT id FROM before);
        PERFORM gridwork_note_tile_change('finding', noted.district_code, NULL)
        FROM (SELECT DISTINCT district_code FROM before) AS noted;
    ELSE
        PERFORM gridwork_note_tile_change('finding', noted.district_code, NULL) FROM (
            SELECT DISTINCT written.district_code FROM written JOIN before USING (id)
            WHERE (written.kind, written.state, written.clarity, written.width_m, written.households, written.subjects,
                    written.community_code, written.opened_at, written.place::bytea)
                <> (before.kind, before.state, before.clarity, before.width_m, before.households, before.subjects,
                    before.community_code, before.opened_at, before.place::bytea)
                OR written.cut::bytea IS DISTINCT FROM before.cut::bytea
        ) AS noted;
        PERFORM gridwork_shapes_wait('finding', array_agg(written.id))
        FROM written JOIN before USING (id) WHERE written.place::bytea <> before.place::bytea HAVING count(*) > 0;
        PERFORM gridwork_shapes_wait('finding_cut', array_agg(written.id))
        FROM written JOIN before USING (id)
        WHERE written.cut::bytea IS DISTINCT FROM before.cut::bytea HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    kind record;
BEGIN
    FOR kind IN
        SELECT * FROM (VALUES
            ('district', 'left(place.code, 6)'), ('street', 'left(place.code, 6)'), ('community', 'left(place.code, 6)'),
            ('grid', 'left(place.code, 6)'), ('compound', 'place.district_code')
        ) AS kinds (layer, district)
    LOOP
        EXECUTE format('CREATE TRIGGER tiles_drawn AFTER INSERT ON %I REFERENCING NEW TABLE AS written
            FOR EACH STATEMENT EXECUTE FUNCTION gridwork_boundaries_drawn(%L, %L, %L)',
            'gridwork_' || kind.layer || 'boundary', kind.layer, 'gridwork_' || kind.layer, kind.district);
        EXECUTE format('CREATE TRIGGER tiles_redrawn AFTER UPDATE ON %I REFERENCING OLD TABLE AS before NEW TABLE AS written
            FOR EACH STATEMENT EXECUTE FUNCTION gridwork_boundaries_redrawn(%L, %L, %L)',
            'gridwork_' || kind.layer || 'boundary', kind.layer, 'gridwork_' || kind.layer, kind.district);
        EXECUTE format('CREATE TRIGGER tiles_removed AFTER DELETE ON %I REFERENCING OLD TABLE AS before
            FOR EACH STATEMENT EXECUTE FUNCTION gridwork_boundaries_removed(%L, %L, %L)',
            'gridwork_' || kind.layer || 'boundary', kind.layer, 'gridwork_' || kind.layer, kind.district);
        EXECUTE format('CREATE TRIGGER tiles_renamed AFTER UPDATE ON %I REFERENCING NEW TABLE AS written
            FOR EACH STATEMENT EXECUTE FUNCTION gridwork_places_renamed(%L, %L)',
            'gridwork_' || kind.layer, kind.layer, kind.district);
    END LOOP;
    FOR kind IN
        SELECT * FROM (VALUES
            ('building', 'building'), ('station', 'servicestation'), ('office', 'communityoffice'), ('road', 'road')
        ) AS kinds (layer, place)
    LOOP
        EXECUTE format('CREATE TRIGGER tiles_added AFTER INSERT ON %I REFERENCING NEW TABLE AS written
            FOR EACH STATEMENT EXECUTE FUNCTION gridwork_shaped_places_added(%L)', 'gridwork_' || kind.place, kind.layer);
        EXECUTE format('CREATE TRIGGER tiles_changed AFTER UPDATE ON %I REFERENCING OLD TABLE AS before NEW TABLE AS written
            FOR EACH STATEMENT EXECUTE FUNCTION gridwork_shaped_places_changed(%L)', 'gridwork_' || kind.place, kind.layer);
    END LOOP;
END $$;

CREATE TRIGGER tiles_verdicts_added AFTER INSERT ON gridwork_verdict REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION gridwork_verdicts_written();
CREATE TRIGGER tiles_verdicts_changed AFTER UPDATE ON gridwork_verdict REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION gridwork_verdicts_written();
CREATE TRIGGER tiles_verdicts_removed AFTER DELETE ON gridwork_verdict REFERENCING OLD TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION gridwork_verdicts_written();
CREATE TRIGGER tiles_findings_added AFTER INSERT ON gridwork_finding REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION gridwork_findings_written();
CREATE TRIGGER tiles_findings_changed AFTER UPDATE ON gridwork_finding REFERENCING OLD TABLE AS before NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION gridwork_findings_written();
CREATE TRIGGER tiles_findings_removed AFTER DELETE ON gridwork_finding REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION gridwork_findings_written();

-- What is there already waits for its copies, and begins and ends at its moments.
INSERT INTO gridwork_tilewaiting (layer, shape_id)
    SELECT 'district', id FROM gridwork_districtboundary UNION ALL SELECT 'street', id FROM gridwork_streetboundary
    UNION ALL SELECT 'community', id FROM gridwork_communityboundary UNION ALL SELECT 'grid', id FROM gridwork_gridboundary
    UNION ALL SELECT 'compound', id FROM gridwork_compoundboundary UNION ALL SELECT 'road', id FROM gridwork_road
    UNION ALL SELECT 'finding', id FROM gridwork_finding
    UNION ALL SELECT 'finding_cut', id FROM gridwork_finding WHERE cut IS NOT NULL;
INSERT INTO gridwork_tilechange (layer, district_code, moment)
    SELECT DISTINCT layer, district, since FROM (
        SELECT 'district' AS layer, left(code, 6) AS district, in_force
        FROM gridwork_districtboundary JOIN gridwork_district AS place ON place.id = place_id
        UNION ALL
        SELECT 'street', left(code, 6), in_force
        FROM gridwork_streetboundary JOIN gridwork_street AS place ON place.id = place_id
        UNION ALL
        SELECT 'community', left(code, 6), in_force
        FROM gridwork_communityboundary JOIN gridwork_community AS place ON place.id = place_id
        UNION ALL
        SELECT 'grid', left(code, 6), in_force FROM gridwork_gridboundary JOIN gridwork_grid AS place ON place.id = place_id
        UNION ALL
        SELECT 'compound', district_code, in_force
        FROM gridwork_compoundboundary JOIN gridwork_compound AS place ON place.id = place_id
    ) AS boundaries CROSS JOIN LATERAL unnest(ARRAY[lower(in_force), upper(in_force)]) AS since WHERE since IS NOT NULL
    UNION
    SELECT layer, district_code, gridwork_midnight(day) FROM (
        SELECT 'building' AS layer, district_code, established_on, retired_on FROM gridwork_building
        UNION ALL SELECT 'station', district_code, established_on, retired_on FROM gridwork_servicestation
        UNION ALL SELECT 'office', district_code, established_on, retired_on FROM gridwork_communityoffice
        UNION ALL SELECT 'road', district_code, established_on, retired_on FROM gridwork_road
    ) AS places CROSS JOIN LATERAL unnest(ARRAY[established_on, retired_on]) AS day WHERE day IS NOT NULL
    UNION
    SELECT DISTINCT 'finding', district_code, NULL::timestamptz FROM gridwork_finding;
