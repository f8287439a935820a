-- One row a service, area, quarter and basis, from the monitoring returns.
SELECT n.service_id, a.gss_code, r.quarter, r.basis, r.amount, r.status, r.file AS source, r.raw_row
FROM returned_spend AS r
JOIN service_names AS n ON n.name = r.service
JOIN return_areas AS a ON a.area = r.area
ORDER BY n.service_id, a.gss_code, r.quarter, basis
