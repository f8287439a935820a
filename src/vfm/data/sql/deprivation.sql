-- One row an edition, area and domain: population-weighted average score.
SELECT gss_code, imd_year, domain, average_score FROM deprivation ORDER BY imd_year, domain, gss_code
