"""What the table says where it lists nothing: loading, empty, denied and filtered are told apart.

Law: pure. "No grants stand" is said only of clusters whose list is complete.
"""

from collections.abc import Iterable

from app.domain.link import LinkState
from app.domain.text import clean
from app.live.cluster import Kind, LiveCluster, Stage
from app.ui.arrangement import Arranged
from app.ui.cells import BAD, QUIET, TITLE, WARN
from app.ui.sentences import told
from app.ui.view import View

Piece = tuple[str, str]

FIRST_RUN = """\
netgrant opens network access that ends by itself, even with this machine off.
n new: who may reach which pods, on which port, for how long, and why
e moves a deadline   r ends access now   space marks several for either
/ filters   c other clusters   h who asked for what, and when   ? every key
Nothing is written before you confirm it. The first key takes this note away."""
"""Five lines for whoever starts netgrant for the first time."""

_KEYS = (("n", "new grant"), ("a", "adopt a policy that stands already"))
_READING_KEYS = (("c", "look at other clusters"), ("h", "history"), ("?", "all keys"))


def why_empty(view: View, arranged: Arranged, *, read_only: bool = False) -> tuple[Piece, ...]:
    """Return why no row is listed and what to press, a text and its token for each paragraph; empty else."""
    if arranged.rows:
        return ()
    if arranged.total:
        return (
            (f"The filter hides all {arranged.total} grants.", TITLE),
            ("", ""),
            ("esc  takes the filter away", ""),
            ("/    changes it", ""),
        )
    pieces = [piece for cluster in view.clusters for piece in _about(cluster)]
    if empty := [clean(cluster.name) for cluster in view.clusters if _is_empty(cluster)]:
        pieces.insert(0, (f"No grants stand in {_places(view, empty)}.", TITLE))
        pieces.append(("", ""))
        keys = _READING_KEYS if read_only else (*_KEYS, *_READING_KEYS)
        pieces += [(f"{key}  {label}", "") for key, label in keys]
    return tuple(pieces)


def _is_empty(cluster: LiveCluster) -> bool:
    return cluster.status.stage is not Stage.FAILED and cluster.is_synced


def _places(view: View, names: list[str]) -> str:
    spaces = view.clusters[0].status.namespaces if len(view.clusters) == 1 else None
    found = ", ".join(names)
    return found if spaces is None else f"{found}, in {', '.join(spaces) or 'no namespace'}"


def _about(cluster: LiveCluster) -> Iterable[Piece]:
    """Say why a cluster's list is not complete."""
    name, status = clean(cluster.name), cluster.status
    link = status.links.get(Kind.POLICIES)
    if status.stage is Stage.FAILED:
        why = told(status.error) if status.error else "the connection failed"
        yield f"✕ {name}: {why}", BAD
        yield "ctrl+r  tries again at once     c  chooses another cluster", ""
    elif link is None:
        yield f"◌ Connecting to {name} …", QUIET
    elif link.state is LinkState.LOADING:
        yield f"◌ Loading the grants of {name} …", QUIET
        if link.error:
            yield f"the last attempt failed: {clean(link.error)}", WARN
    elif link.state is LinkState.DENIED:
        yield f"✕ {name}: you may not list NetworkPolicies, so no grants can be shown", BAD
        if link.error:
            yield clean(link.error), ""
        yield "netgrant doctor  tells which permissions are missing", ""
    elif link.state is LinkState.STALE:
        yield f"○ {name}: the link is lost; none stood when it was", WARN
