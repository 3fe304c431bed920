"""Rules about what makes a training repeatable, and a repository usable."""
