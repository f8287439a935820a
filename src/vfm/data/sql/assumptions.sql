-- One row a number that an appraisal assumes, with its range.
SELECT assumption_id, what, value, lower, upper, unit, source, owner_role, recorded, sunset
FROM assumptions
ORDER BY assumption_id
