DROP TRIGGER gridboundary_no_overlap ON gridwork_gridboundary;
DROP TRIGGER gridboundary_note_updated ON gridwork_gridboundary;
DROP TRIGGER gridboundary_note_inserted ON gridwork_gridboundary;
DROP FUNCTION gridwork_refuse_overlaps();
DROP FUNCTION gridwork_first_overlap();
DROP FUNCTION gridwork_overlap_width(geometry, geometry);
DROP FUNCTION gridwork_note_touched_grids();
DROP TABLE gridwork_gridboundarytouched;
