"""House style: words, charts, tables and pages, and the `Release` that notebooks publish to."""
