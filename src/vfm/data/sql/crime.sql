-- One row an area, period and category. Boroughs, and what is in none, by quarter; the whole by month.
WITH wide AS (
    SELECT gss_code, quarter AS period, arson_criminal_damage, burglary, drug_offences, historical_fraud_forgery,
           miscellaneous_crimes_against_society, possession_of_weapons, public_order_offences, robbery,
           sexual_offences, theft, vehicle_offences, violence_against_the_person
    FROM recorded_crime_quarter
    UNION ALL
    SELECT (SELECT gss_code FROM place), month, arson_criminal_damage, burglary, drug_offences, historical_fraud_forgery,
           miscellaneous_crimes_against_society, possession_of_weapons, public_order_offences, robbery,
           sexual_offences, theft, vehicle_offences, violence_against_the_person
    FROM recorded_crime_month
),
categories AS (
    SELECT 'arson_criminal_damage' AS category
    UNION ALL SELECT 'burglary'
    UNION ALL SELECT 'drug_offences'
    UNION ALL SELECT 'historical_fraud_forgery'
    UNION ALL SELECT 'miscellaneous_crimes_against_society'
    UNION ALL SELECT 'possession_of_weapons'
    UNION ALL SELECT 'public_order_offences'
    UNION ALL SELECT 'robbery'
    UNION ALL SELECT 'sexual_offences'
    UNION ALL SELECT 'theft'
    UNION ALL SELECT 'vehicle_offences'
    UNION ALL SELECT 'violence_against_the_person'
),
tall AS (
    SELECT w.gss_code, w.period, c.category,
           CASE c.category
               WHEN 'arson_criminal_damage' THEN w.arson_criminal_damage
               WHEN 'burglary' THEN w.burglary
               WHEN 'drug_offences' THEN w.drug_offences
               WHEN 'historical_fraud_forgery' THEN w.historical_fraud_forgery
               WHEN 'miscellaneous_crimes_against_society' THEN w.miscellaneous_crimes_against_society
               WHEN 'possession_of_weapons' THEN w.possession_of_weapons
               WHEN 'public_order_offences' THEN w.public_order_offences
               WHEN 'robbery' THEN w.robbery
               WHEN 'sexual_offences' THEN w.sexual_offences
               WHEN 'theft' THEN w.theft
               WHEN 'vehicle_offences' THEN w.vehicle_offences
               WHEN 'violence_against_the_person' THEN w.violence_against_the_person
           END AS count
    FROM wide AS w
    CROSS JOIN categories AS c
)
SELECT gss_code, period, category, count
FROM tall
WHERE count IS NOT NULL
ORDER BY gss_code, period, category
