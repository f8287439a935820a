"""The committee researcher's bench: a release's figures by question, in a cell, behind controls, and to take away."""
