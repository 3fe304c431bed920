"""The viewer's server: answers over HTTP, on this machine alone, what ``viewing`` finds out."""
