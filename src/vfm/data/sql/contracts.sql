-- One row an award, or a tender without one, from files in the Open Contracting Data Standard.
SELECT * FROM contracts ORDER BY file, line
