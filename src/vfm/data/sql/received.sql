-- One row a raw file: what came in.
SELECT name, file, title, publisher, licence, status, rows, sha256 FROM received_files ORDER BY name
