-- One row a vintage and financial year.
SELECT vintage, publication_date, financial_year, index, pct_change, is_forecast, base_year
FROM gdp_deflator
ORDER BY vintage, financial_year
