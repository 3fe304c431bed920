"""Rules about mammography."""
