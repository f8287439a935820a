-- One row a sum published for a borough, in pounds, nominal. Spans repeat the years within them.
SELECT gss_code, fund, period, amount_gbp AS amount, source_kind, source_url AS source, note, raw_row
FROM borough_allocations
ORDER BY gss_code, fund, period
