"""The parts of the index: the walk of a tree, the reading of its files, the cache, the salt."""
