-- One row a block of the application form.
SELECT block, fields, always_shown, mandatory, raw_row
FROM application_form
ORDER BY raw_row
