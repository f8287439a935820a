-- One row an edition and band of years.
SELECT as_of, from_year, to_year, standard, health, source
FROM green_book_discount_rates
ORDER BY as_of, from_year
