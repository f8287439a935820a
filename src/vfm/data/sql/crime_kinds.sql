-- One row a kind of crime, as its file has it.
SELECT category, last_quarter, counted_as, compared
FROM crime_kinds
ORDER BY category
