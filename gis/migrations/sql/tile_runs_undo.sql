DROP TRIGGER tiles_run_finished ON gridwork_auditrun;
DROP FUNCTION gridwork_run_finished();
