"""Tables with their sources: what vendors and the standard mean by their words, and how much is too much."""
