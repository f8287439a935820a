-- One row an area, period and category. Boroughs, and what is in none, by quarter; the whole by month.
WITH recorded AS (
    SELECT gss_code, quarter AS period, category, count
    FROM recorded_crime_quarter
    UNION ALL
    SELECT (SELECT gss_code FROM place), month, category, count
    FROM recorded_crime_month
)
SELECT r.gss_code, r.period, r.category, r.count, k.last_quarter IS NULL AS throughout
FROM recorded AS r
JOIN crime_kinds AS k ON k.category = r.category
ORDER BY r.gss_code, r.period, r.category
