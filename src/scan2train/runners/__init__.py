"""Where work runs: each file maps a function over items; nothing else knows about processes or clusters."""
