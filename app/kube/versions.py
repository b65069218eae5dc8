"""Compare resourceVersions: decimal numbers of any length (KEP-5504), or else not comparable at all."""


def is_older(version: str, than: str) -> bool:
    """Tell whether ``version`` is certainly older; never where one of the two is no decimal number."""
    if len(version) != len(than):
        return len(version) < len(than) and _is_number(version) and _is_number(than)
    return version < than and _is_number(version) and _is_number(than)


def _is_number(version: str) -> bool:
    return version.isascii() and version.isdigit() and (version[0] != "0" or version == "0")
