"""Ask whoever leaves what stands only because this terminal watches (being built by helper 9)."""
