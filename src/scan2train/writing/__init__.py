"""The kinds of output that no suffix names, one module each: the words of ``format`` in ``write``."""
