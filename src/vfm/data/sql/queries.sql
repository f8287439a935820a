-- One row a query that the checks raised and that did not stop the build.
SELECT query, file, raw_row, field, rule, mend FROM advice ORDER BY query
