-- One row a period and measure, in pounds, nominal.
SELECT period, measure, value_gbp AS amount, precision, rounded_to_gbp AS rounded_to,
       source_kind, source_url AS source, note, raw_row
FROM budget
ORDER BY measure, period
