"""The parts of :mod:`scan2train.prepare`: what is chosen, paired, named, made, journaled and accounted for."""
