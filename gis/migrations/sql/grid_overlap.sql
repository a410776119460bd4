-- Two grids in force at one time never overlap: cells among themselves, all other grids among themselves, in a district.
--
-- How: each statement notes the boundaries that it wrote or widened (gridwork_gridboundarytouched); the deferred constraint
-- trigger looks at all of them in one query, once a transaction: its first row does the work and says so in a setting
-- local to the transaction, all further rows return at once. A later statement takes the word back. Both the notes and the
-- setting follow savepoints.
-- Races: an advisory lock for each district and layer, held to the end of the transaction, is taken before looking; under
-- READ COMMITTED the query after it sees what the holder before has committed. REPEATABLE READ would not, so it is refused.
-- Tolerance: legally touching neighbours whose shared line is not noded overlap by rounding. Only a piece whose mean width
-- 2·area/perimeter is over 1e-8 degrees (about 1 mm) counts.
CREATE UNLOGGED TABLE gridwork_gridboundarytouched (transaction xid8 NOT NULL, boundary_id bigint NOT NULL);
CREATE INDEX gridboundarytouched_by_transaction ON gridwork_gridboundarytouched (transaction);

CREATE FUNCTION gridwork_note_touched_grids() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO gridwork_gridboundarytouched SELECT pg_current_xact_id(), id FROM written;
    ELSE
        INSERT INTO gridwork_gridboundarytouched
        SELECT pg_current_xact_id(), written.id
        FROM written JOIN before USING (id)
        WHERE written.place_id <> before.place_id OR NOT written.in_force <@ before.in_force
            OR written.shape::bytea <> before.shape::bytea;
    END IF;
    IF FOUND THEN
        PERFORM set_config('gridwork.overlaps_checked', 'no', true);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION gridwork_overlap_width(a geometry, b geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(max(2 * ST_Area(piece.geom) / nullif(ST_Perimeter(piece.geom), 0)), 0)
    FROM ST_Dump(ST_CollectionExtract(ST_Intersection(a, b), 3)) AS piece
$$;

CREATE FUNCTION gridwork_refuse_overlaps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    clash record;
BEGIN
    IF current_setting('gridwork.overlaps_checked', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    IF current_setting('transaction_isolation') = 'repeatable read' THEN
        RAISE EXCEPTION '网格边界不能在 REPEATABLE READ 事务中修改' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM pg_advisory_xact_lock(20490, key) FROM (
        SELECT DISTINCT left(grid.code, 6)::int * 2 + (grid.kind = 'cell')::int AS key
        FROM gridwork_gridboundarytouched AS touched
        JOIN gridwork_gridboundary AS mine ON mine.id = touched.boundary_id
        JOIN gridwork_grid AS grid ON grid.id = mine.place_id
        WHERE touched.transaction = pg_current_xact_id()
        ORDER BY key
    ) AS layers;
    WITH touched AS MATERIALIZED (
        SELECT DISTINCT boundary_id AS id FROM gridwork_gridboundarytouched WHERE transaction = pg_current_xact_id()
    )
    SELECT my_grid.code AS mine, other_grid.code AS other,
        gridwork_overlap_width(mine.shape, other.shape) AS width
    INTO clash
    FROM touched
    JOIN gridwork_gridboundary AS mine ON mine.id = touched.id
    JOIN gridwork_grid AS my_grid ON my_grid.id = mine.place_id
    JOIN gridwork_gridboundary AS other
        ON other.shape && mine.shape AND other.in_force && mine.in_force AND other.place_id <> mine.place_id
    JOIN gridwork_grid AS other_grid ON other_grid.id = other.place_id
        AND left(other_grid.code, 6) = left(my_grid.code, 6) AND (other_grid.kind = 'cell') = (my_grid.kind = 'cell')
    LEFT JOIN touched AS both_touched ON both_touched.id = other.id
    WHERE (both_touched.id IS NULL OR other.id > mine.id)
        AND ST_Relate(mine.shape, other.shape, '2********')
        AND gridwork_overlap_width(mine.shape, other.shape) > 1e-8
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '网格 % 与 % 重叠（平均宽度约 % 米）', clash.mine, clash.other, round((clash.width * 111000)::numeric, 3)
            USING ERRCODE = 'exclusion_violation', TABLE = 'gridwork_gridboundary', CONSTRAINT = 'gridboundary_no_overlap',
                HINT = '请修正其中一个网格的边界后重试';
    END IF;
    DELETE FROM gridwork_gridboundarytouched WHERE transaction = pg_current_xact_id();
    PERFORM set_config('gridwork.overlaps_checked', 'yes', true);
    RETURN NULL;
END $$;

CREATE TRIGGER gridboundary_note_inserted AFTER INSERT ON gridwork_gridboundary
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gridwork_note_touched_grids();
CREATE TRIGGER gridboundary_note_updated AFTER UPDATE ON gridwork_gridboundary
    REFERENCING OLD TABLE AS before NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gridwork_note_touched_grids();
CREATE CONSTRAINT TRIGGER gridboundary_no_overlap AFTER INSERT OR UPDATE ON gridwork_gridboundary
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gridwork_refuse_overlaps();
