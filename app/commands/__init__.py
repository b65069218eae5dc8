"""The use cases: what every front end calls. They know ports and domain values, and no front end."""
