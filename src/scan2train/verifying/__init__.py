"""Parts of ``verify``: what a prepared set says of itself, and what is really there."""
