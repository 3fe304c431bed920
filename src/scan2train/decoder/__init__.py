"""Decoding in lean processes: native codecs read what others wrote, and a crash of theirs must cost one item alone."""
