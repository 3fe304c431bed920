"""How predictions go back to where their scans came from: one file a question, asked by :mod:`scan2train.restore`."""
