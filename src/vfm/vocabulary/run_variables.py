"""The names of the variables by which a notebook that is run is told where it is: one list, for both sides."""

STAGING_VARIABLE = "VFM_STAGING"  # the folder that its figures go to
READING_VARIABLE = "VFM_READING"  # and the one that holds those of the notebooks before it, where that is another
NOTEBOOK_VARIABLE = "VFM_NOTEBOOK"  # its name
READS_VARIABLE = "VFM_READS"  # the file in which it notes what it has read
