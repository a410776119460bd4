DROP TRIGGER journal_no_truncate ON gridwork_journalline;
DROP TRIGGER journal_no_change ON gridwork_journalline;
DROP FUNCTION gridwork_journal_refuses();
