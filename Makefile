# For those used to make: each target is `python3 run.py` of the same name.
.PHONY: report test lab check bench
report test lab check bench:
	@python3 run.py $@
