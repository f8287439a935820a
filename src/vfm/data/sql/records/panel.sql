-- One row a service, area and quarter, from the records of contacts; the same text runs on DuckDB and on Spark.
-- A contact counts as opened in the quarter it opened in, and as closed, assessed and improved in the one it closed in.
-- People are counted once each, whatever their contacts. So the people of the whole are counted, and are not the sum
-- of the boroughs': somebody who was seen in two boroughs is one person. The whole has every record of the service.
-- An area is a bit, so that all the areas somebody was seen in are one number and there is one large grouping, of people.
-- What areas, services and quarters are as numbers is in the small tables that records.lookups makes.
WITH people AS (
    SELECT s.service, q.number, a.block, r.person_id, BIT_OR(a.bits) AS bits
    FROM records AS r
    JOIN services AS s ON s.name = r.service
    JOIN areas AS a ON a.area = r.area
    JOIN months AS q ON q.month = 100 * EXTRACT(YEAR FROM r.opened) + EXTRACT(MONTH FROM r.opened)
    GROUP BY s.service, q.number, a.block, r.person_id
),
counted AS (
    SELECT service, number, block, bits, 0 AS opened, COUNT(*) AS people, 0 AS closed, 0 AS assessed, 0 AS improved
    FROM people
    GROUP BY service, number, block, bits
    UNION ALL
    SELECT s.service, q.number, a.block, a.bits, COUNT(*), 0, 0, 0, 0
    FROM records AS r
    JOIN services AS s ON s.name = r.service
    JOIN areas AS a ON a.area = r.area
    JOIN months AS q ON q.month = 100 * EXTRACT(YEAR FROM r.opened) + EXTRACT(MONTH FROM r.opened)
    GROUP BY s.service, q.number, a.block, a.bits
    UNION ALL
    SELECT s.service, q.number, a.block, a.bits, 0, 0, COUNT(*),
           COUNT(CASE WHEN r.outcome_before IS NOT NULL AND r.outcome_after IS NOT NULL THEN 1 END),
           COUNT(CASE WHEN r.outcome_after > r.outcome_before THEN 1 END)
    FROM records AS r
    JOIN services AS s ON s.name = r.service
    JOIN areas AS a ON a.area = r.area
    JOIN months AS q ON q.month = 100 * EXTRACT(YEAR FROM r.closed) + EXTRACT(MONTH FROM r.closed)
    GROUP BY s.service, q.number, a.block, a.bits
)
SELECT s.service_id, b.gss_code, q.quarter, CAST(SUM(c.opened) AS BIGINT) AS opened,
       CAST(SUM(c.people) AS BIGINT) AS people, CAST(SUM(c.closed) AS BIGINT) AS closed,
       CAST(SUM(c.assessed) AS BIGINT) AS assessed, CAST(SUM(c.improved) AS BIGINT) AS improved
FROM counted AS c
JOIN area_bits AS b ON b.block = c.block AND (c.bits & b.bit) <> 0
JOIN (SELECT DISTINCT service, service_id FROM services) AS s ON s.service = c.service
JOIN (SELECT DISTINCT number, quarter FROM months) AS q ON q.number = c.number
GROUP BY s.service_id, b.gss_code, q.quarter
ORDER BY service_id, gss_code, quarter
