-- One row a service, area, quarter and output measure, from the monitoring returns.
SELECT n.service_id, a.gss_code, r.quarter, m.measure_id, r.count, r.status, r.file AS source, r.raw_row
FROM returned_outputs AS r
JOIN service_names AS n ON n.name = r.service
JOIN return_areas AS a ON a.area = r.area
JOIN indicators AS m ON m.name = r.measure
ORDER BY n.service_id, a.gss_code, r.quarter, measure_id
