"""The only module that names concrete classes: it builds what the ports promise."""
