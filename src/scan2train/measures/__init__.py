"""What a picture itself says, apart from its header."""
