-- One row a judgement: a result joined to what it cost. A share counts as its base times the share.
WITH money AS (
    SELECT l.match_id, SUM(a.amount_gbp) AS pounds
    FROM match_awards AS l
    JOIN awards AS a ON a.award_id = l.award_id AND a.role = 'component'
    GROUP BY l.match_id
)
SELECT m.match_id, m.result_id, n.service_id, s.name AS service, s.theme, r.measure, r.kind, r.period,
       r.evidence, m.basis, m.award_ids,
       CASE m.basis
           WHEN 'awards' THEN money.pounds
           WHEN 'stated-spend' THEN r.stated_spend_gbp
           WHEN 'stated-elsewhere' THEN m.stated_pounds
       END AS pounds,
       m.pounds_precision,
       CASE WHEN m.basis = 'none' THEN NULL
            WHEN base.value IS NOT NULL THEN base.value * r.value
            ELSE r.value END AS value,
       r.precision AS value_precision, m.counted, m.denominator, m.headline, m.obstacle, m.reason, s.scope,
       r.source_kind, r.source_url AS source, m.raw_row
FROM matches AS m
JOIN results AS r ON r.result_id = m.result_id
JOIN service_names AS n ON n.name = r.service
JOIN services AS s ON s.service_id = n.service_id
LEFT JOIN results AS base ON base.result_id = m.base_result_id
LEFT JOIN money ON money.match_id = m.match_id
ORDER BY m.match_id
