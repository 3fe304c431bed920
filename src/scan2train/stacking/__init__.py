"""How instances become volumes: one file a question, asked by :mod:`scan2train.stack`."""
