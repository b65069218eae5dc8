"""Every verb and every key, declared once: command line, bindings, footer, palette, help and README tables.

Law: data only.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that netgrant can do."""

    name: str
    summary: str
    """One line, for the command list, the footer and the README."""
    writes: bool = False
    """Whether it changes the cluster; such verbs are off in read-only mode."""
    confirm: str = ""
    """The question asked before it acts; empty where none is."""


VERBS = (
    Verb("grant", "Open access for a while; the cluster itself closes it", writes=True),
    Verb("adopt", "Put a policy that already stands under a deadline", writes=True),
    Verb("list", "List the live grants of a cluster, with what is left and what will end them"),
    Verb("show", "Show one grant: its deadline, its nets, its policies and its history"),
    Verb("extend", "Move a grant's deadline, later or earlier", writes=True),
    Verb(
        "revoke",
        "End a grant's access now, and say whether it ended",
        writes=True,
        confirm="Revoke {count} grant(s) now?",
    ),
    Verb("history", "Show who asked for what, when and why, and how it ended"),
    Verb("exec", "Open access, run a command, and revoke when it ends, however it ends", writes=True),
    Verb("doctor", "Check cluster, clock, permissions, nets and registry"),
    Verb("demo", "Play an incident on a cluster inside this process"),
    Verb("serve", "Show the dashboard in a browser, on this machine and read-only unless told otherwise"),
    Verb("completion", "Print the shell completion for bash, zsh or fish"),
)


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a key does on a screen."""

    action: str
    """The screen's action, as Textual names it: ``extend``, ``sort('left')``."""
    keys: str
    """Key names separated by commas; the first is the one that is shown."""
    label: str
    """One or two words, for the footer."""
    help: str
    """A sentence without its full stop, for the help screen, the palette and the README."""
    verb: str = ""
    """The verb that it is, where it is one."""
    in_footer: bool = True

    @property
    def writes(self) -> bool:
        """Tell whether it changes the cluster, and is off in read-only mode."""
        return bool(self.verb) and verb(self.verb).writes

    @property
    def id(self) -> str:
        """Return a name that stays, by which the key could be mapped anew."""
        return self.action.replace("('", ".").removesuffix("')")


DASHBOARD = (
    Key("grant", "n", "new", "Open the form for a new grant", verb="grant"),
    Key("extend", "e", "extend", "Move the deadline of the grant, or of all that are marked", verb="extend"),
    Key("revoke", "r,ctrl+d", "revoke", "End the grant, or all that are marked", verb="revoke"),
    Key("mark", "space", "mark", "Mark the grant, or take the mark off; extend and revoke act on all marked"),
    Key("filter", "slash", "filter", "Filter the table: text, !text for all but, -l labels"),
    Key("show", "d,enter", "details", "Show the pods and events of the grant, large; again makes it small"),
    Key("policy", "y", "yaml", "Show the grant's policies as they stand"),
    Key(
        "history", "h", "history", "Search who asked for what, when and why, and how it ended", verb="history"
    ),
    Key("palette", "colon", "command", "Choose any command by its name"),
    Key("help", "question_mark", "help", "Show all keys"),
    Key(
        "adopt",
        "a",
        "adopt",
        "Put a policy that already stands under a deadline",
        verb="adopt",
        in_footer=False,
    ),
    Key("again", "o", "once more", "Open the form filled in from this grant", verb="grant", in_footer=False),
    Key("contexts", "c", "contexts", "Choose which clusters are shown", in_footer=False),
    Key("activity", "1", "activity", "Show the tab with pods and events", in_footer=False),
    Key("record", "3", "record", "Show the tab with what the registry holds of the grant", in_footer=False),
    Key("pause", "p", "pause", "Hold the stream of events, or let it go on", in_footer=False),
    Key("filter_events", "f", "filter events", "Show only events that hold a text", in_footer=False),
    Key("save", "ctrl+s", "save", "Write what is shown to a file", in_footer=False),
    Key("copy", "w", "copy", "Copy what is shown to the clipboard of your terminal", in_footer=False),
    Key("unmark", "ctrl+backslash", "unmark", "Take all marks off", in_footer=False),
    Key("reconnect", "ctrl+r", "reconnect", "Connect again", in_footer=False),
    Key("sort('left')", "L", "sort left", "Sort by what is left; again turns the order", in_footer=False),
    Key("sort('state')", "S", "sort state", "Sort by state", in_footer=False),
    Key("sort('namespace')", "N", "sort namespace", "Sort by namespace", in_footer=False),
    Key("sort('target')", "T", "sort target", "Sort by target", in_footer=False),
    Key("sort('by')", "B", "sort requester", "Sort by who asked", in_footer=False),
    Key("back", "escape", "back", "Close what is open: filter, marks, large details", in_footer=False),
    Key("quit", "q", "quit", "Leave; grants go on and end by themselves"),
)
"""The keys of the dashboard, after k9s where it has them."""

TABLE = (
    Key("line(1)", "j,down", "down", "Go to the next line", in_footer=False),
    Key("line(-1)", "k,up", "up", "Go to the line before", in_footer=False),
    Key("page(1)", "ctrl+f,pagedown", "page down", "Go one page down", in_footer=False),
    Key("page(-1)", "ctrl+b,pageup", "page up", "Go one page up", in_footer=False),
    Key("first", "g,home", "first", "Go to the first line", in_footer=False),
    Key("last", "G,end", "last", "Go to the last line", in_footer=False),
)
"""The keys that move in the table of grants, and in every list and text."""

GRANT_FORM = (
    Key(
        "submit",
        "ctrl+s",
        "grant",
        "Open the access as it stands in the form (Enter in a field, too)",
        verb="grant",
    ),
    Key("manifest", "ctrl+y", "manifest", "Show the manifests that would be written, or the pods again"),
    Key("template", "ctrl+t", "template", "Fill the form in from a template of the settings file"),
    Key("back", "escape", "back", "Close the form; nothing is written"),
)
"""The keys of the form for a new grant."""

DIALOG = (
    Key("submit", "ctrl+s", "do it", "Do it (Enter in a field, too)"),
    Key("back", "escape", "back", "Close; nothing is done"),
)
"""The keys of the smaller forms: extend and adopt."""

REVOKE_FORM = (
    Key("submit", "ctrl+s", "go on", "Go on to the question (Enter in a field, too)"),
    Key("agree", "y", "yes", "Answer the question with yes: revoke"),
    Key("back", "escape,n", "no", "Close; nothing is revoked"),
)
"""The keys of the form that revokes."""

LEAVING = (
    Key(
        "revoke",
        "r",
        "revoke and quit",
        "Revoke what only this terminal would end, then leave",
        verb="revoke",
    ),
    Key("leave", "l", "leave anyway", "Leave; nobody ends them until netgrant runs again"),
    Key("back", "escape", "stay", "Stay"),
)
"""The keys of the question about grants that only this terminal would end."""

WAITING = (
    Key("leave", "l", "leave now", "Leave at once; the next start finds out what came of the writes"),
    Key("back", "escape", "stay", "Stay"),
)
"""The keys shown to whoever quits while writes are under way."""

HISTORY = (
    Key("filter", "slash", "search", "Search: text, by:NAME, ns:NAME, ticket:ID, since:7d, until:TIME"),
    Key("again", "o", "once more", "Open the form filled in from this grant", verb="grant"),
    Key("export('csv')", "e", "CSV", "Write the rows that are shown to a CSV file"),
    Key("export('json')", "J", "JSON", "Write the rows that are shown to a JSON file"),
    Key("copy", "w", "copy", "Copy the row to the clipboard of your terminal", in_footer=False),
    Key("help", "question_mark", "help", "Show all keys"),
    Key("back", "escape,q", "back", "Back to the dashboard"),
)
"""The keys of the history screen."""

CONTEXTS = (
    Key("only", "enter", "show only this", "Show this cluster alone"),
    Key("beside", "space", "show beside", "Show this cluster beside the others, or not"),
    Key("demo", "d", "demo", "Start the embedded cluster with its incident and show it", verb="demo"),
    Key("reconnect", "ctrl+r", "try again", "Connect to this cluster again, if it is shown", in_footer=False),
    Key("help", "question_mark", "help", "Show all keys"),
    Key("back", "escape,q", "back", "Back to where you were"),
)
"""The keys of the contexts screen."""

TROUBLE = (
    Key("choose", "enter", "choose", "Do what the cursor stands on"),
    Key("retry", "ctrl+r", "try again", "Try to connect again, now"),
    Key("login", "l", "log in", "Let the credential plugin ask its question on this terminal"),
    Key("contexts", "c", "contexts", "Choose another cluster"),
    Key("demo", "d", "demo", "Start the embedded cluster with its incident and show it", verb="demo"),
    Key("history", "h", "history", "Search what the registry holds; it needs no cluster", verb="history"),
    Key("help", "question_mark", "help", "Show all keys", in_footer=False),
    Key("back", "escape", "back", "Look at the dashboard meanwhile", in_footer=False),
    Key("quit", "q", "quit", "Leave"),
)
"""The keys of the screen that opens where no cluster can be shown."""

HELP = (Key("back", "escape,q,question_mark", "back", "Close the help"),)
"""The keys of the help screen."""

PALETTE = (
    Key("choose", "enter", "do it", "Do the command that the cursor stands on"),
    Key("complete", "tab", "complete", "Write the command out, to add what it is about"),
    Key("move(1)", "down,ctrl+n", "down", "Go to the next command", in_footer=False),
    Key("move(-1)", "up,ctrl+p", "up", "Go to the command before", in_footer=False),
    Key("back", "escape", "back", "Close; nothing is done"),
)
"""The keys of the choice of commands by name."""

REPORT = (Key("back", "escape,q,enter", "back", "Close the report"),)
"""The keys of a report that is only read."""

ANYWHERE = (
    Key("quit", "ctrl+q", "quit", "Leave from wherever you are; it asks as q does", in_footer=False),
    Key("suspend_process", "ctrl+z", "stop", "Stop, and go to the shell; fg brings it back", in_footer=False),
)
"""The keys that every screen has."""

SCREENS = {
    "dashboard": DASHBOARD,
    "tables and lists": TABLE,
    "new grant": GRANT_FORM,
    "other forms": DIALOG,
    "revoke": REVOKE_FORM,
    "quit": LEAVING,
    "quit while writing": WAITING,
    "history": HISTORY,
    "contexts": CONTEXTS,
    "no cluster": TROUBLE,
    "commands": PALETTE,
    "report": REPORT,
    "help": HELP,
    "anywhere": ANYWHERE,
}
"""All keys, by the name of their screen."""

_BY_NAME = {item.name: item for item in VERBS}


def verb(name: str) -> Verb:
    """Return the verb of that name.

    Raises:
        KeyError: there is none.
    """
    return _BY_NAME[name]
