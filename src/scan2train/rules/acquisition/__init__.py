"""Rules about how images were acquired."""
