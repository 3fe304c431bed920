"""Scans and features of several kernels and sites made alike: smoothing, histograms, ComBat."""
