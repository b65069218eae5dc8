"""The pure core: values and rules, no I/O, no clock, nothing but the standard library and msgspec."""
