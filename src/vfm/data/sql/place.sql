-- One row: the place, as its file has it.
SELECT gss_code, name, resident, residents, commissioner, short, police, council, unrecorded, beyond,
       default_borough, default_explain, default_round, default_round_service, example_borough, example_service,
       left_out
FROM place
