-- One row a service, with everyone that a decision names as paid for it.
SELECT s.service_id, s.name, s.aliases, s.theme, s.scope, s.note,
       COUNT(a.award_id) AS awards,
       SUM(CASE WHEN a.role = 'component' THEN a.amount_gbp END) AS amount
FROM services AS s
LEFT JOIN service_names AS n ON n.service_id = s.service_id
LEFT JOIN awards AS a ON a.service = n.name
GROUP BY s.service_id, s.name, s.aliases, s.theme, s.scope, s.note
ORDER BY s.service_id
