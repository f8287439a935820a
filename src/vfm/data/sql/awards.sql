-- One row an award decision. Only components have an amount, so only components can enter a sum;
-- what an envelope, a superseded award or another's part states stands in amount_not_summed.
SELECT a.award_id, n.service_id, a.title, a.theme, a.recipient, a.recipient_type,
       CASE WHEN a.role = 'component' THEN a.amount_gbp END AS amount,
       CASE WHEN a.role <> 'component' THEN a.amount_gbp END AS amount_not_summed,
       a.amount_precision, a.start_date AS start, a.end_date AS end, a.duration_months AS months,
       a.route, a.is_extension, a.role, a.funder, a.decision_ref, a.date_signed,
       a.source_kind, a.source_url AS source, a.note, a.raw_row
FROM awards AS a
JOIN service_names AS n ON n.name = a.service
ORDER BY a.award_id
