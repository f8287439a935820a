-- One row a payment, credit or reversal, from ledgers of the transparency code.
SELECT * FROM ledgers ORDER BY file, line
