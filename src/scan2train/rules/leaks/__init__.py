"""Rules about what gives the answer away: identities, words, and scans in two splits."""
