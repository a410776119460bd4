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
CREATE INDEX gridboundarytouched_by_transaction ON gridwork_gridboundarytouched (transaction, boundary_id);

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
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20000 AS $$
    SELECT coalesce(max(2 * ST_Area(piece.geom) / nullif(ST_Perimeter(piece.geom), 0)), 0)
    FROM ST_Dump(ST_CollectionExtract(ST_Intersection(a, b), 3)) AS piece
$$;

-- The first overlap among the boundaries that this transaction touched and their neighbours; NULL when there is none.
-- One look-up in the spatial index for each boundary, whatever the planner believes: right after a load there are no
-- statistics, and one query over all of them was planned as all grids with all. Hence the loop, the settings, the fence
-- (OFFSET 0) and the test of periods in a form that no index offers itself for.
CREATE FUNCTION gridwork_first_overlap(OUT mine text, OUT other text, OUT width double precision) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    self record;
BEGIN
    FOR self IN
        SELECT boundary.id, boundary.place_id, boundary.shape, boundary.in_force, grid.code, grid.kind = 'cell' AS is_cell
        FROM (
            SELECT DISTINCT boundary_id FROM gridwork_gridboundarytouched WHERE transaction = pg_current_xact_id()
        ) AS touched
        CROSS JOIN LATERAL (
            SELECT * FROM gridwork_gridboundary WHERE gridwork_gridboundary.id = touched.boundary_id OFFSET 0
        ) AS boundary
        CROSS JOIN LATERAL (
            SELECT * FROM gridwork_grid WHERE gridwork_grid.id = boundary.place_id OFFSET 0
        ) AS grid
    LOOP
        SELECT self.code, grid.code, gridwork_overlap_width(self.shape, near.shape) INTO mine, other, width
        FROM gridwork_gridboundary AS near
        JOIN gridwork_grid AS grid ON grid.id = near.place_id
        WHERE near.shape && self.shape AND near.place_id <> self.place_id
            AND NOT isempty(near.in_force * self.in_force)
            AND left(grid.code, 6) = left(self.code, 6) AND (grid.kind = 'cell') = self.is_cell
            AND (near.id > self.id OR NOT EXISTS (
                SELECT FROM gridwork_gridboundarytouched AS touched
                WHERE touched.transaction = pg_current_xact_id() AND touched.boundary_id = near.id
            ))
            AND ST_Relate(self.shape, near.shape, '2********')
            AND gridwork_overlap_width(self.shape, near.shape) > 1e-8
        LIMIT 1;
        IF FOUND THEN
            RETURN;
        END IF;
    END LOOP;
END $$;

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
    PERFORM pg_advisory_xact_lock(20490, layer) FROM (
        SELECT DISTINCT left(grid.code, 6)::int * 2 + (grid.kind = 'cell')::int AS layer
        FROM gridwork_gridboundarytouched AS touched
        JOIN gridwork_gridboundary AS boundary ON boundary.id = touched.boundary_id
        JOIN gridwork_grid AS grid ON grid.id = boundary.place_id
        WHERE touched.transaction = pg_current_xact_id()
        ORDER BY layer
    ) AS layers;
    SELECT * INTO clash FROM gridwork_first_overlap();
    IF clash.mine IS NOT NULL THEN
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
