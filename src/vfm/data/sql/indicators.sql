-- One row a measure that returns may report.
SELECT measure_id, name, kind, unit, counted, direction, definition, numerator, denominator, due
FROM indicators
ORDER BY measure_id
