-- One row an area: the 32 boroughs, the City, and London as a whole.
SELECT b.gss_code, b.borough AS area, b.inner_outer, b.policed_by, t.row AS tile_row, t.col AS tile_column
FROM boroughs AS b
LEFT JOIN tile_grid AS t ON t.gss_code = b.gss_code
UNION ALL
SELECT 'E12000007', 'London', NULL, NULL, NULL, NULL
ORDER BY gss_code
