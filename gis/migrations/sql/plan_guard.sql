-- A plan in force is history: it, its operations, its base, its crosswalk and its hand-over list are never altered or
-- deleted. A correction or a withdrawal is another plan. A plan that was rejected or withdrawn keeps what was drawn.
CREATE FUNCTION gridwork_plan_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '调整方案 % 已生效，不能修改或删除；请另立更正或撤销方案', OLD.id
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'plan_in_force_is_history';
END $$;
CREATE TRIGGER plan_guard BEFORE UPDATE OR DELETE ON gridwork_plan
    FOR EACH ROW WHEN (OLD.state = 'in_force') EXECUTE FUNCTION gridwork_plan_refuses();

-- Operations, base and checkpoints follow their plan: argument 0 lists the states in which nothing is written.
CREATE FUNCTION gridwork_plan_part_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.plan_id ELSE OLD.plan_id END;
    stands text;
BEGIN
    SELECT state INTO stands FROM gridwork_plan WHERE id = whole;
    IF stands = ANY(string_to_array(TG_ARGV[0], ',')) OR (TG_OP = 'UPDATE' AND NEW.plan_id <> OLD.plan_id) THEN
        RAISE EXCEPTION '调整方案 % 已结束，其操作不能再改', whole
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'plan_part_is_history';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER plan_part_guard BEFORE INSERT OR UPDATE OR DELETE ON gridwork_planoperation
    FOR EACH ROW EXECUTE FUNCTION gridwork_plan_part_refuses('in_force,rejected,withdrawn');
CREATE TRIGGER plan_part_guard BEFORE INSERT OR UPDATE OR DELETE ON gridwork_planground
    FOR EACH ROW EXECUTE FUNCTION gridwork_plan_part_refuses('in_force,rejected,withdrawn');

-- Crosswalk and hand-over are written once, while the plan comes into force.
CREATE FUNCTION gridwork_lineage_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '调整方案 % 的对照表与交接清单只能追加，不能 %', OLD.plan_id, TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'lineage_is_history';
END $$;
CREATE TRIGGER lineage_guard BEFORE UPDATE OR DELETE ON gridwork_crosswalkrow
    FOR EACH ROW EXECUTE FUNCTION gridwork_lineage_refuses();
CREATE TRIGGER lineage_guard BEFORE UPDATE OR DELETE ON gridwork_handover
    FOR EACH ROW EXECUTE FUNCTION gridwork_lineage_refuses();
