-- A place is one thing for ever: never deleted, its code never altered, never brought back once retired.
CREATE FUNCTION gridwork_place_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% 不能删除，只能停用', OLD.code
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'place_is_never_deleted';
    END IF;
    IF NEW.code <> OLD.code THEN
        RAISE EXCEPTION '编码 % 不能改为 %：编码一经使用不再变更', OLD.code, NEW.code
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'place_code_never_changes';
    END IF;
    IF OLD.retired_on <= current_date AND NEW.retired_on IS DISTINCT FROM OLD.retired_on THEN
        RAISE EXCEPTION '% 已于 % 停用，不能恢复或改期', OLD.code, OLD.retired_on
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'place_never_comes_back';
    END IF;
    RETURN NEW;
END $$;

-- A 单元网格 is of another layer than all other grids: no grid changes sides.
CREATE FUNCTION gridwork_grid_kind_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '网格 % 不能在单元网格与其他网格之间转换', OLD.code
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'grid_never_changes_layer';
END $$;
CREATE TRIGGER grid_kind_guard BEFORE UPDATE OF kind ON gridwork_grid FOR EACH ROW
    WHEN ((OLD.kind = 'cell') <> (NEW.kind = 'cell')) EXECUTE FUNCTION gridwork_grid_kind_guard();

CREATE TRIGGER place_guard BEFORE DELETE OR UPDATE OF code, retired_on ON gridwork_district
    FOR EACH ROW EXECUTE FUNCTION gridwork_place_guard();
CREATE TRIGGER place_guard BEFORE DELETE OR UPDATE OF code, retired_on ON gridwork_street
    FOR EACH ROW EXECUTE FUNCTION gridwork_place_guard();
CREATE TRIGGER place_guard BEFORE DELETE OR UPDATE OF code, retired_on ON gridwork_community
    FOR EACH ROW EXECUTE FUNCTION gridwork_place_guard();
CREATE TRIGGER place_guard BEFORE DELETE OR UPDATE OF code, retired_on ON gridwork_grid
    FOR EACH ROW EXECUTE FUNCTION gridwork_place_guard();
CREATE TRIGGER place_guard BEFORE DELETE OR UPDATE OF code, retired_on ON gridwork_compound
    FOR EACH ROW EXECUTE FUNCTION gridwork_place_guard();
CREATE TRIGGER place_guard BEFORE DELETE OR UPDATE OF code, retired_on ON gridwork_building
    FOR EACH ROW EXECUTE FUNCTION gridwork_place_guard();
CREATE TRIGGER place_guard BEFORE DELETE OR UPDATE OF code, retired_on ON gridwork_servicestation
    FOR EACH ROW EXECUTE FUNCTION gridwork_place_guard();
CREATE TRIGGER place_guard BEFORE DELETE OR UPDATE OF code, retired_on ON gridwork_communityoffice
    FOR EACH ROW EXECUTE FUNCTION gridwork_place_guard();
CREATE TRIGGER place_guard BEFORE DELETE OR UPDATE OF code, retired_on ON gridwork_road
    FOR EACH ROW EXECUTE FUNCTION gridwork_place_guard();
