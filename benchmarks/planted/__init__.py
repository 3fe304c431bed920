"""The same planted series through several readers: right, refused, or wrong without a word."""
