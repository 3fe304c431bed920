"""How one volume is read: one file a question, asked by :mod:`scan2train.read`."""
