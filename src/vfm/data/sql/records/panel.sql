-- One row a service, area and quarter, from the records of contacts; the same text runs on DuckDB and on Spark.
-- A contact counts as opened in the quarter it opened in, and as closed, assessed and improved in the one it closed in.
-- People are counted once each, whatever their contacts. So the people of the whole are counted, and are not the sum
-- of the boroughs': somebody who was seen in two boroughs is one person. The whole has every record of the service.
-- Services, areas and quarters are numbers until the end, for tens of millions of rows are grouped by them.
WITH services AS (
    SELECT name, service_id, DENSE_RANK() OVER (ORDER BY service_id) AS service FROM service_names
),
areas AS (
    SELECT area AS name, gss_code, is_whole, DENSE_RANK() OVER (ORDER BY gss_code) AS area FROM return_areas
),
quarters AS (
    SELECT month, quarter AS name, DENSE_RANK() OVER (ORDER BY quarter) AS quarter FROM months
),
people AS (
    SELECT s.service, a.area, q.quarter, r.person_id, COUNT(*) AS contacts
    FROM records AS r
    JOIN services AS s ON s.name = r.service
    JOIN areas AS a ON a.name = r.area
    JOIN quarters AS q ON q.month = 100 * EXTRACT(YEAR FROM r.opened) + EXTRACT(MONTH FROM r.opened)
    GROUP BY s.service, a.area, q.quarter, r.person_id
),
closings AS (
    SELECT s.service, a.area, q.quarter, COUNT(*) AS closed,
           COUNT(CASE WHEN r.outcome_before IS NOT NULL AND r.outcome_after IS NOT NULL THEN 1 END) AS assessed,
           COUNT(CASE WHEN r.outcome_after > r.outcome_before THEN 1 END) AS improved
    FROM records AS r
    JOIN services AS s ON s.name = r.service
    JOIN areas AS a ON a.name = r.area
    JOIN quarters AS q ON q.month = 100 * EXTRACT(YEAR FROM r.closed) + EXTRACT(MONTH FROM r.closed)
    GROUP BY s.service, a.area, q.quarter
),
whole AS (
    SELECT area FROM areas WHERE is_whole
),
counted AS (
    SELECT service, area, quarter, SUM(contacts) AS opened, COUNT(*) AS people,
           0 AS closed, 0 AS assessed, 0 AS improved
    FROM people
    WHERE area <> (SELECT area FROM whole)
    GROUP BY service, area, quarter
    UNION ALL
    SELECT service, (SELECT area FROM whole), quarter, SUM(contacts), COUNT(DISTINCT person_id), 0, 0, 0
    FROM people
    GROUP BY service, quarter
    UNION ALL
    SELECT service, area, quarter, 0, 0, closed, assessed, improved
    FROM closings
    WHERE area <> (SELECT area FROM whole)
    UNION ALL
    SELECT service, (SELECT area FROM whole), quarter, 0, 0, SUM(closed), SUM(assessed), SUM(improved)
    FROM closings
    GROUP BY service, quarter
),
summed AS (
    SELECT service, area, quarter, SUM(opened) AS opened, SUM(people) AS people, SUM(closed) AS closed,
           SUM(assessed) AS assessed, SUM(improved) AS improved
    FROM counted
    GROUP BY service, area, quarter
)
SELECT s.service_id, a.gss_code, q.name AS quarter, CAST(c.opened AS BIGINT) AS opened,
       CAST(c.people AS BIGINT) AS people, CAST(c.closed AS BIGINT) AS closed,
       CAST(c.assessed AS BIGINT) AS assessed, CAST(c.improved AS BIGINT) AS improved
FROM summed AS c
JOIN (SELECT DISTINCT service, service_id FROM services) AS s ON s.service = c.service
JOIN (SELECT DISTINCT area, gss_code FROM areas) AS a ON a.area = c.area
JOIN (SELECT DISTINCT quarter, name FROM quarters) AS q ON q.quarter = c.quarter
ORDER BY service_id, gss_code, quarter
