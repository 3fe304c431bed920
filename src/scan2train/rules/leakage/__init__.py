"""Labels and identities where they should not be."""
