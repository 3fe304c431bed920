"""What a person looks at: a set of scans opened, images kept in memory, and what is cut out of them to be shown."""
