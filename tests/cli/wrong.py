"""Wrong values: for each option of each verb, what may be given that is wrong, and what must be said of it.

Law: data only. Each wrong value stands in a line that is right but for it.
"""

from dataclasses import dataclass

from tests.cli.line import SPEC, without

ESCAPE = "\x1b]52;c;cm0gLXJmIC8=\x07"
"""What a terminal would obey: it sets the clipboard."""
HUGE = "x" * 60_000
NOT_UTF8 = "caf\udce9"
"""How Python hands over an argument that is not UTF-8."""
TIMES = "write for example 30m, 1h30m, 90s"
GRANT = (*SPEC, "--for", "30m", "--reason", "debug")
RIGHT: dict[str, tuple[str, ...]] = {
    "grant": ("grant", "-n", "production", *GRANT),
    "exec": ("exec", "-n", "production", *GRANT),
    "adopt": ("adopt", "-n", "production", "dns", "--for", "30m", "--reason", "debug"),
    "list": ("list",),
    "show": ("show", "00000000"),
    "extend": ("extend", "00000000", "--for", "30m", "--reason", "debug"),
    "revoke": ("revoke", "00000000", "--reason", "debug"),
    "history": ("history",),
    "doctor": ("doctor",),
    "demo": ("demo",),
    "serve": ("serve", "--port", "0"),
    "completion": ("completion", "bash"),
}
"""For each verb a line that is right (an id apart, which must be one that stands)."""
REACHING = tuple(verb for verb in RIGHT if verb not in ("demo", "serve", "completion"))
"""The verbs that speak to a cluster; what ``serve`` starts does."""
TIMED = ("grant", "exec", "adopt", "extend")
OPENING = ("grant", "exec")


@dataclass(frozen=True)
class Wrong:
    """One wrong value of one option or argument."""

    verb: str
    option: str
    value: str | None
    """None: the option is left out."""
    says: str
    """What the one line on stderr holds: what was wrong, or what would be right."""
    code: int = 2

    def __str__(self) -> str:
        value = "left out" if self.value is None else ascii(self.value[:24])
        return f"{self.verb} {self.option} {value}"

    def line(self) -> list[str]:
        """The whole command line."""
        line = without(RIGHT[self.verb], self.option)
        if self.option in _PLACES:
            line[1 if self.verb != "adopt" else line.index("dns")] = self.value or ""
        elif self.value is not None:
            line += [self.option, self.value]
        return [*line, "--", "true"] if self.verb == "exec" else line


_PLACES = ("ID", "NAME", "SHELL")
"""Arguments, which have a place and no name."""

_NAMESPACE = [
    ("", "-n is empty; give a value, or leave it out"),
    ("  ", "-n is empty"),
    ("Prod!", "--namespace: 'Prod!' is not a namespace name; at most 63 lower-case letters"),
    ("a/b", "'a/b' is not a namespace name"),
    ("a" * 64, "is not a namespace name"),
    (HUGE, "xxx… is too long"),
    ("ünter", "'ünter' is not a namespace name"),
    (ESCAPE, "control characters"),
    (NOT_UTF8, "control characters"),
]
_CONTEXT = [
    ("", "--context is empty", 2),
    ("nope", 'there is no context "nope" in', 7),
    (HUGE, "xxx… is too long; at most 4096 characters", 2),
    (ESCAPE, "control characters; give plain text", 2),
]
_KUBECONFIG = [
    ("", "--kubeconfig is empty", 2),
    ("/nowhere/config", "there is no kubeconfig file /nowhere/config; check --kubeconfig", 7),
    ("/", "the kubeconfig / cannot be read: Is a directory", 7),
    ("~nobody-of-that-name/x", "names a home directory that is not known; write the whole path", 2),
    (HUGE, "xxx… is too long; at most 4096 characters", 2),
    ("x" * 300, "cannot be read: File name too long", 7),
    (ESCAPE, "control characters", 2),
]
_REGISTRY = [
    ("", "--registry is empty"),
    ("~nobody-of-that-name/x", "names a home directory that is not known"),
    (HUGE, "xxx… is too long; at most 4096 characters"),
    (ESCAPE, "control characters"),
]
_FOR = [
    (None, "how long? give --for or --until; for example --for 30m"),
    ("", "--for is empty"),
    (" ", "--for is empty"),
    ("-5m", f"--for: '-5m' is not a duration; {TIMES}"),
    ("0", f"--for: '0' is not a duration; {TIMES}"),
    ("0s", "--for: '0s' is out of range: from 1s to 10 years"),
    ("30", f"--for: '30' is not a duration; did you mean 30m? {TIMES}"),
    ("5x", f"--for: '5x' is not a duration; {TIMES}"),
    ("soon", "--for: 'soon' is not a duration"),
    ("1h30", "--for: '1h30' is not a duration"),
    ("٣m", "--for: '٣m' is not a duration"),
    ("nan", "--for: 'nan' is not a duration"),
    ("1e9h", "--for: '1e9h' is not a duration"),
    ("99999999999999999999h", "is out of range: from 1s to 10 years"),
    ("9h", "a grant may live for 8h at most, extensions included"),
    ("until", "--for: 'until' is not a time"),
    ("until yesterday", "--for: 'until yesterday' is not a time"),
    ("30m; rm -rf /", "is not a duration"),
    (f"30m{ESCAPE}", r"'30m\x1b]52;c;cm0gLXJmIC8=\x07' is not a duration"),
    (NOT_UTF8, r"'caf\udce9' is not a duration"),
    (HUGE, "is not a duration"),
]
_UNTIL = [
    ("18:00", "both --for and --until were given; for example --for 30m or --until 18:00"),
]
_UNTIL_ALONE = [
    ("", "--until is empty"),
    ("25:00", f"--until: '25:00' is not a time; {TIMES}"),
    ("18", "--until: '18' is not a time"),
    ("garbage", "--until: 'garbage' is not a time"),
    ("2020-01-01T00:00Z", "--until: '2020-01-01T00:00Z' is in the past: now is "),
    ("2020-01-01", "--until: '2020-01-01' is a day without a time"),
    ("2026-13-01T00:00Z", "is not a time"),
    ("9999-12-31T23:59Z", "a grant may live for 8h at most"),
    (f"18:00{ESCAPE}", r"'18:00\x1b]52;c;cm0gLXJmIC8=\x07' is not a time"),
    (HUGE, "is not a time"),
]
_REASON = [
    (None, '--reason is missing: why is this needed?; for example --reason "debug lag"'),
    ("", "--reason is missing"),
    ("  \t ", "--reason is missing"),
    ("\n\n", "--reason is missing"),
    ("x" * 1025, "--reason is too long: 1025 characters; 1024 are enough"),
    ("x" * 300_000, "--reason is too long: 300000 characters"),
    (f"why{ESCAPE}", r"--reason holds '\x1b', a character that cannot be seen; leave it out"),
    ("evil \u202egnp.exe", r"--reason holds '\u202e'"),
    ("zero\u200bwidth", r"--reason holds '\u200b'"),
    ("c1 \x9b31m", r"--reason holds '\x9b'"),
    ("bell\x07", r"--reason holds '\x07'"),
    (NOT_UTF8, r"--reason holds '\udce9'"),
]
_TICKET = [
    ("INC-1" * 26, "is too long: 130 characters; 128 are enough"),
    (f"INC-1{ESCAPE}", r"holds '\x1b', a character that cannot be seen"),
    ("INC\u202e1", r"holds '\u202e'"),
]
_PEER = [
    ("=", "'=' is not a label key; for example: app=db"),
    ("!", "'!' is not a label key"),
    ("app=ü", "'ü' is not a label value (at most 63 letters"),
    ("app=" + "b" * 64, "is not a label value"),
    (HUGE, "is not a label key"),
    ("a=b,,c=d", "'' is not a label condition"),
    ("a\nb", r"'a\nb' is not a label condition"),
    ("tier in (a", "is not a label condition"),
    ("foo/bar", "'foo/bar': unknown kind 'foo'; known kinds: deploy, sts, ds, rs, pod, svc"),
    ("deploy/", "'deploy/' is not a kind and a name"),
    ("pod/x:1", "only a Service has a port here; name the port with --port"),
    ("ns=", "'ns=' names no namespace; write ns=NAME, ns=* or ns:KEY=VALUE"),
    ("ns=UPPER", "'UPPER' is not a namespace's name"),
    ("198.51.100.0/33", "'198.51.100.0/33' is not a CIDR; write for example 198.51.100.0/24"),
    ("300.1.1.1", "'300.1.1.1' is not a CIDR"),
    ("::/129", "'::/129' is not a CIDR"),
    ("10.0.0.0/24 except 10.0.0.0/8", "10.0.0.0/8 does not lie strictly inside 10.0.0.0/24"),
    (f"app=x{ESCAPE}", r"x\x1b]52;c;cm0gLXJmIC8=\x07' is not a label value"),
    (NOT_UTF8, r"'caf\udce9' is not a label key"),
    ("\x9b31m", r"'\x9b31m' is not a label key"),
]
_FROM = [
    (None, "--from is missing: who is the other side?; e.g. app=bastion"),
    ("", "--from: an empty peer would mean everybody"),
    ("  ", "--from: an empty peer would mean everybody"),
    ("me", "'me': your address as the pods would see it cannot be known from here"),
    *_PEER,
]
_TO = [
    (None, "--to is missing: which pods?; for example --to app=database"),
    ("", "--to '' must be pods of the namespace"),
    ("198.51.100.0/24", "for access from these pods to somewhere else add --egress"),
    ("ns=ops", "must be pods of the namespace"),
    ("me", "must be pods of the namespace"),
    *_PEER,
]
_PORT = [
    (text, f"--port: {says}; write for example 5432, 5432/TCP, 8000-8100/UDP")
    for text, says in (
        ("", "'' is not a port"),
        ("0", "'0': a port is from 1 to 65535"),
        ("70000", "'70000': a port is from 1 to 65535"),
        ("65535-65536", "'65535-65536': a port is from 1 to 65535"),
        ("5-4", "'5-4': the range ends before it starts"),
        ("53/icmp", "'53/icmp': the protocol is TCP, UDP or SCTP"),
        ("5432/", "'5432/': the protocol is TCP, UDP or SCTP"),
        ("5432,", "'' is not a port"),
        ("-1", "'-1' is not a port"),
        ("８０", "'８０' is not a port"),
        ("http_x", "'http_x' is not a port"),
        ("a" * 16, "'aaaaaaaaaaaaaaaa' is not a port"),
        ("\x1b[31m", r"'\x1b[31m' is not a port"),
    )
]
_FILE = [("policy.yaml", "-f already says what is opened; leave --to, --from, --port out")]
_SELECTOR = [
    ("", "-l is empty"),
    ("a b", "-l: 'a b' is not a label condition; for example: app=db"),
    ("=", "-l: '=' is not a label key"),
    ("a in (", "-l: 'a in (' is not a label condition"),
    (ESCAPE, r"-l: '\x1b]52;c;cm0gLXJmIC8' is not a label key"),
]
_SINCE = [
    ("", "--since is empty"),
    ("7x", "--since: '7x' is not a duration; write 7d, 12h or 2026-11-24T10:00Z"),
    ("-1d", "--since: '-1d' is not a duration"),
    ("0d", "--since: '0d' is out of range"),
    ("yesterday", "--since: 'yesterday' is not a duration"),
    (ESCAPE, r"--since: '\x1b]52;c;cm0gLXJmIC8=\x07' is not a duration"),
    (HUGE, "is not a duration"),
]
_ID = [
    ("", "'' is too short to name a grant; give at least 3 characters of its id", 2),
    ("7G", "'7G' is too short to name a grant", 2),
    ("01", "'01' is too short", 2),
    ("00000000", "'00000000'", 3),
    ("ümlaut", "'ümlaut'", 3),
    (f"7GQ{ESCAPE}", r"7GQ\x1b]52;c;cm0gLXJmIC8=\x07", 3),
    (NOT_UTF8, r"caf\udce9", 3),
    (HUGE, "no grant 'xxx", 3),
]
_POLICY = [
    ("", "NAME: '' is not the name of a policy; give a NetworkPolicy's name", 2),
    ("Dns", "NAME: 'Dns' is not the name of a policy", 2),
    ("../jobs/x", "is not the name of a policy", 2),
    ("a" * 254, "is not the name of a policy", 2),
    (ESCAPE, "is not the name of a policy", 2),
    ("absent", "there is no NetworkPolicy production/absent", 3),
]
_LISTEN = [
    ("", "--listen is empty"),
    ("example.com", "--listen: 'example.com' is not an IP address; write for example 127.0.0.1 or ::1"),
    ("127.0.0.1:80", "--listen: '127.0.0.1:80' is not an IP address"),
    ("0.0.0.0", "--listen 0.0.0.0: under which name is it reached?; say it with --name"),
    ("::", "--listen ::: under which name is it reached?"),
    ("192.0.2.1", "192.0.2.1 port 0 cannot be listened at: Cannot assign requested address"),
    (ESCAPE, r"--listen: '\x1b]52;c;cm0gLXJmIC8=\x07' is not an IP address"),
]
_SERVE_PORT = [
    ("", "'' is not a valid integer"),
    ("http", "'http' is not a valid integer"),
    ("-1", "-1 is not in the range 0<=x<=65535"),
    ("65536", "65536 is not in the range 0<=x<=65535"),
]
_NAME = [
    ("", "--name is empty"),
    ("http://x", "--name: 'http://x' is not a host name; write for example netgrant.example.com"),
    ("a/b", "--name: 'a/b' is not a host name"),
    ("a b", "--name: 'a b' is not a host name"),
    ("x:http", "--name: 'x:http' is not a host name"),
    (ESCAPE, r"--name: '\x1b]52;c;cm0gLXJmIC8=\x07' is not a host name"),
    (HUGE, "is not a host name"),
]
_FORMATS = {
    "grant": "yaml, json",
    "adopt": "yaml, json",
    "list": "table, wide, json, yaml, csv",
    "show": "text, yaml, json",
    "extend": "json",
    "history": "text, json, yaml, csv",
    "doctor": "table, json",
}
_BAD_FORMATS = ("", "xml", "JSON", "name", ESCAPE, HUGE)


def _history_id(says: str) -> str:
    return says.replace("'' is too short to name a grant; give at least 3 characters of its id", "is empty")


def _of_serve() -> list[Wrong]:
    rows: dict[str, list[tuple[str, str]]] = {
        "--listen": _LISTEN,
        "--port": _SERVE_PORT,
        "--name": _NAME,
        "-n": _NAMESPACE,
        "--registry": _REGISTRY,
        # whether they are there is for each session to find out, and to show
        "--context": [(value, says) for value, says, code in _CONTEXT if code == 2],
        "--kubeconfig": [(value, says) for value, says, code in _KUBECONFIG if code == 2],
    }
    return [Wrong("serve", option, value, says) for option in rows for value, says in rows[option]]


def table() -> list[Wrong]:
    """Every wrong value in every verb that has the option."""
    found = [Wrong(verb, "-n", value, says) for verb in REACHING for value, says in _NAMESPACE]
    found += [
        Wrong(verb, option, value, says, code)
        for option, rows in (("--context", _CONTEXT), ("--kubeconfig", _KUBECONFIG))
        for verb in REACHING
        for value, says, code in rows
        if not (verb == "doctor" and code == 7)  # that is what doctor is asked to find out
    ]
    found += [Wrong(verb, "--registry", value, says) for verb in REACHING for value, says in _REGISTRY]
    for verb in TIMED:
        found += [
            Wrong(verb, "--for", value, says) for value, says in _FOR if verb != "extend" or "8h" not in says
        ]
        found += [Wrong(verb, "--until", value, says) for value, says in _UNTIL]
        found += [Wrong(verb, "--reason", value, says) for value, says in _REASON]
    found += [Wrong("revoke", "--reason", value, says) for value, says in _REASON]
    for verb in ("grant", "exec", "adopt"):
        found += [
            Wrong(verb, option, value, f"{option} {says}")
            for option in ("--ticket", "--incident")
            for value, says in _TICKET
        ]
    for verb in OPENING:
        for option, rows in (("--from", _FROM), ("--to", _TO), ("--port", _PORT), ("-f", _FILE)):
            found += [Wrong(verb, option, value, says) for value, says in rows]
    found += [Wrong("list", "-l", value, says) for value, says in _SELECTOR]
    found += [Wrong("history", "--since", value, says) for value, says in _SINCE]
    found += _of_serve()
    found += [
        Wrong(verb, "ID", value, _history_id(says) if verb == "history" else says, code)
        for verb in ("show", "extend", "revoke")
        for value, says, code in _ID
    ]
    found += [Wrong("adopt", "NAME", value, says, code) for value, says, code in _POLICY]
    found += [
        Wrong(verb, "-o", value, f"is not one of {formats}; see 'netgrant {verb} --help'")
        for verb, formats in _FORMATS.items()
        for value in _BAD_FORMATS
    ]
    found += [
        Wrong("grant", "--dry-run", value, "is not one of client, server")
        for value in ("", "Client", "yes", ESCAPE)
    ]
    found += [
        Wrong("completion", "SHELL", value, "is not one of bash, zsh, fish")
        for value in ("", "tcsh", "BASH", ESCAPE)
    ]
    return found


UNTIL_ALONE = [Wrong(verb, "--until", value, says) for verb in TIMED for value, says in _UNTIL_ALONE]
"""These stand where ``--for`` would."""

HISTORY_IDS = [
    ("", "is empty; give a value, or leave it out", 2),
    ("7G", "'7G' is too short to name a grant", 2),
    ("00000000", "the registry knows no grant '00000000'; 'netgrant history' shows all", 3),
    (f"7GQ{ESCAPE}", r"7GQ\x1b]52;c;cm0gLXJmIC8=\x07", 3),
]

LINES: list[tuple[list[str], str]] = [
    (["bogus"], "netgrant: unknown command 'bogus'; there are: grant, adopt, list"),
    (["gran"], "netgrant: unknown command 'gran'; did you mean grant?"),
    ([""], "netgrant: unknown command ''"),
    ([ESCAPE], r"netgrant: unknown command '\x1b]52;c;cm0gLXJmIC8=\x07'"),
    ([HUGE], "netgrant: unknown command 'xxx"),
    (["--bogus"], "netgrant: no such option '--bogus'"),
    (["--context", "x", "list"], "netgrant: --context goes behind the command: list --context …"),
    (["-n", "x", "show", "y"], "netgrant: --namespace goes behind the command: show --namespace …"),
    (["--read-only", "list"], "netgrant: --read-only is the dashboard's, which opens without a command"),
    (["-o", "json", "list"], "netgrant: -o goes behind the command: list -o …"),
    (["-n"], "netgrant: option '-n' requires an argument"),
    (["--context"], "netgrant: option '--context' requires an argument"),
    (["--namespace", ""], "netgrant: -n is empty; give a value, or leave it out"),
    (["list", "--bogus"], "netgrant list: no such option '--bogus'"),
    (["list", f"--{ESCAPE}"], r"netgrant list: no such option"),
    (["list", "-n"], "netgrant list: option '-n' requires an argument"),
    (["list", "production"], "netgrant list: got unexpected extra argument (production)"),
    (["list", "-A", "-n", "ops"], "-A and -n exclude each other; leave one out"),
    (["list", "-w", "-o", "yaml"], "--watch prints table or json, not yaml; give -o json"),
    (["list", "-w", "-o", "wide"], "--watch prints table or json, not wide"),
    (
        ["list", "-w", "--context", "a", "--context", "b"],
        "works with one cluster, and 2 contexts were given: a, b",
    ),
    (["show"], "netgrant show: missing argument 'ID'"),
    (["show", "a", "b"], "netgrant show: got unexpected extra argument (b)"),
    (["extend"], "netgrant extend: missing argument 'ID'"),
    (["adopt"], "netgrant adopt: missing argument 'NAME'"),
    (["exec", "-n", "production", *GRANT], "netgrant exec: missing argument '-- COMMAND…'"),
    (["completion"], "netgrant completion: missing argument 'SHELL'"),
    (["demo", "x"], "netgrant demo: got unexpected extra argument (x)"),
    (["demo", "--headless", "--serve"], "--headless and --serve exclude each other"),
    (["serve", "x"], "netgrant serve: got unexpected extra argument (x)"),
    (["doctor", "x"], "netgrant doctor: got unexpected extra argument (x)"),
    (["revoke", "--reason", "x"], "which grants? give ids, or --all; 'netgrant list -A' shows them"),
    (["revoke", "abc", "--all", "--reason", "x"], "ids and --all exclude each other"),
    (["revoke", "abc", "-l", "app=x", "--reason", "x"], "-l and -A go with --all"),
    (["revoke", "abc", "-A", "--reason", "x"], "-l and -A go with --all"),
    (["revoke", "--all", "-A", "-n", "ops", "--reason", "x"], "-A and -n exclude each other"),
    (["revoke", "--all", "--reason", "x"], "--all asks first, and here nobody can be asked; add --yes"),
    (["revoke", "--all", "-l", "", "--reason", "x", "-y"], "-l is empty"),
    (["revoke", "--all", "-l", "=", "--reason", "x", "-y"], "-l: '=' is not a label key"),
    ([*RIGHT["grant"], "--to", "app=b"], "--to selects the pods and can be given once"),
    (
        ["grant", "-n", "production", "--egress", "--to", "10.0.0.0/8", "--for", "5m", "--reason", "x"],
        "--from is missing: which pods?; for example --from app=database",
    ),
    ([*RIGHT["grant"], "--egress"], "--from '198.51.100.0/24' must be pods of the namespace"),
    *(
        (
            [*RIGHT[verb], "--context", "a", "--context", "b", *(["--", "true"] if verb == "exec" else [])],
            "one cluster",
        )
        for verb in REACHING
        if verb not in ("list", "history")
    ),
]
"""Whole lines that are wrong, and what is said."""

FILES: list[tuple[bytes, str]] = [
    (b"", "the manifest holds no NetworkPolicy"),
    (b"---\n---\n", "the manifest holds no NetworkPolicy"),
    (b"\xff\xfe\x00\x01", "is not UTF-8 text; give YAML or JSON"),
    (b"\x00" * 10, "special characters are not allowed"),
    (b"a: [1\nb: }", "at line 2; give YAML or JSON"),
    (b"a: 1\na: 2\n", "the key 'a' stands twice at line 2"),
    (b"a: \x1b[31m\n", "special characters are not allowed"),
    (b"hello\n", "the manifest is not a mapping"),
    (b"- 1\n- 2\n", "the manifest is not a mapping"),
    (b"[" * 50_000, "a value in it cannot be read"),
    (b"&a\nkind: List\nitems: [*a]\n", "the manifest is too large"),
    (b"!!python/object/apply:os.system ['true']\n", "could not determine a constructor for the tag"),
    (b"x" * 300_000, "is larger than 256 KiB; split it"),
    (b"kind: ConfigMap\napiVersion: v1\n", "the manifest holds 'v1/ConfigMap', not networking.k8s.io/v1"),
    (b'kind: "Evil\\e[31mKind"\napiVersion: v1\n', r"Evil\x1b[31mKind"),
    (b"kind: List\nitems: 5\n", "the manifest's items are not a list"),
]
"""Manifests that are wrong whatever else is given."""
