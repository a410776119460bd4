DROP TRIGGER lineage_guard ON gridwork_handover;
DROP TRIGGER lineage_guard ON gridwork_crosswalkrow;
DROP FUNCTION gridwork_lineage_refuses();
DROP TRIGGER plan_part_guard ON gridwork_planground;
DROP TRIGGER plan_part_guard ON gridwork_planoperation;
DROP FUNCTION gridwork_plan_part_refuses();
DROP TRIGGER plan_guard ON gridwork_plan;
DROP FUNCTION gridwork_plan_refuses();
