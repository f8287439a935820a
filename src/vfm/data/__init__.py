"""Raw to processed: what came in, whether it can be used, and the tidy tables that everything else reads."""
