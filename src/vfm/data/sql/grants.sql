-- One row a grant, from files in the 360Giving standard.
SELECT * FROM grants ORDER BY file, line
