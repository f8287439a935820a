-- One row a series, area and year: people at mid-year.
SELECT series, gss_code, year, population FROM population ORDER BY series, gss_code, year
