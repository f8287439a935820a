-- One row an assumption, decision or data issue.
SELECT entry_id, kind, what, effect, reliability, owner_role, recorded, sunset, source FROM log ORDER BY entry_id
