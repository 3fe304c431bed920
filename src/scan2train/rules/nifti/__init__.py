"""Rules about what is peculiar to NIfTI."""
