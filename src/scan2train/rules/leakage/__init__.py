"""Identities, words, and scans in two splits: what gives the answer away, or the patient."""
