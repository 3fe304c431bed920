"""One file a rule, in the folder of its family; code and name are those of the file."""
