-- One row a value that a decision states in one place.
SELECT decision_ref, what, value, stated_where, raw_row FROM stated_values ORDER BY raw_row
