-- One row an area: the boroughs, and the place as a whole.
SELECT b.gss_code, b.borough AS area, b.inner_outer, b.policed_by, t.row AS tile_row, t.col AS tile_column
FROM boroughs AS b
LEFT JOIN tile_grid AS t ON t.gss_code = b.gss_code
UNION ALL
SELECT gss_code, name, NULL, NULL, NULL, NULL
FROM place
ORDER BY gss_code
