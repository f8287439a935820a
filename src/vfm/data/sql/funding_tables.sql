-- One row a borough and period, from tables of what boroughs were given.
SELECT * FROM funding_tables ORDER BY file, line
