"""A quarter's release: plan it, run the notebooks, gather their figures, seal and publish."""
