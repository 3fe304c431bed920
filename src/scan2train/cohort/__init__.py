"""The data set as a whole: what its cases have in common, and what they must not have in common."""
