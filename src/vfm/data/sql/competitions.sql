-- One row a bidding round; dates as precise as they were published, blank where they were not.
SELECT competition, decision_ref, opened, closed, decided, bids, funded,
       asked_gbp AS asked, granted_gbp AS granted, granted_precision, note, raw_row
FROM competitions
ORDER BY competition
