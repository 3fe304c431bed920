"""Rules about stored values and what they mean."""
