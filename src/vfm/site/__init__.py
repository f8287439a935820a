"""The public dashboards: static pages made from a release alone."""
