"""One file a step; the file's name is the step's word in recipes and accounts."""
