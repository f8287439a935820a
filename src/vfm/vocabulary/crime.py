"""The kinds of crime that the police record, as the Metropolitan Police's tables group and name them.

Another force puts its offences into these, and leaves blank what it does not record.
"""

CRIME_CATEGORIES = (
    "arson_criminal_damage",
    "burglary",
    "drug_offences",
    "historical_fraud_forgery",
    "miscellaneous_crimes_against_society",
    "possession_of_weapons",
    "public_order_offences",
    "robbery",
    "sexual_offences",
    "theft",
    "vehicle_offences",
    "violence_against_the_person",
)

# Recorded only until March 2013, so it would count as a fall that is none.
DISCONTINUED = ("historical_fraud_forgery",)
