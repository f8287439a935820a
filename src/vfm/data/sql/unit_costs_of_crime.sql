-- One row a kind of crime: pounds for each that happens, recorded or not.
SELECT crime_type, victim_type, anticipation, consequence, response, total, multiplier_unrecorded, price_base
FROM unit_costs_of_crime
ORDER BY crime_type, victim_type
