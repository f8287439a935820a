-- One row a postcode district and borough that has some of its postcodes.
SELECT district, gss_code, postcodes, postcodes_in_district FROM postcode_districts ORDER BY district, gss_code
