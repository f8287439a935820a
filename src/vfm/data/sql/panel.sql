-- One row a service, area and quarter, from the records of contacts: reduced by records/panel.sql, where people are
-- counted. The people of the whole are no sum of the boroughs'.
SELECT service_id, gss_code, quarter, opened, people, closed, assessed, improved, status
FROM reduced_records
ORDER BY service_id, gss_code, quarter
