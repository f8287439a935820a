-- One row a published result of a service over a period.
SELECT r.result_id, n.service_id, r.period, r.period_start, r.period_end, r.measure, r.kind, r.value,
       r.precision, r.denominator, r.evidence, r.stated_spend_gbp AS stated_spend,
       r.source_kind, r.source_url AS source, r.note, r.raw_row
FROM results AS r
JOIN service_names AS n ON n.name = r.service
ORDER BY r.result_id
