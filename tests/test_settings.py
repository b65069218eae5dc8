import os
import subprocess
import sys
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.durations import parse_duration
from app.domain.proposal import Proposal
from app.errors import ConfigError, InputError
from app.settings import SPECS, TEMPLATE_FIELDS, Settings, default_registry, load

VALUES: dict[str, tuple[str, object]] = {
    "context": ("staging", ("staging",)),
    "kubeconfig": ("/etc/kube/config", "/etc/kube/config"),
    "namespace": ("payments", "payments"),
    "registry": ("/srv/registry.db", Path("/srv/registry.db")),
    "max_ttl": ("2h", timedelta(hours=2)),
    "output": ("json", "json"),
    "timeout": ("5s", timedelta(seconds=5)),
    "read_only": ("true", True),
    "production": ("prod-*, live", ("prod-*", "live")),
    "warn_before": ("30s,10m", (timedelta(minutes=10), timedelta(seconds=30))),
    "theme": ("nord", "nord"),
}
"""For each setting that one text can hold a value that is not its default, as text and as read."""
FILE_ONLY = [spec.name for spec in SPECS if spec.file_only]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.touch()
    return path


@pytest.fixture
def environ(file: Path) -> dict[str, str]:
    return {"NETGRANT_CONFIG": str(file), "HOME": "/home/alice"}


def value_of(settings: Settings, name: str) -> object:
    return getattr(settings, next(spec.attribute or spec.name for spec in SPECS if spec.name == name))


def test_every_setting_is_declared_once_and_tested_here() -> None:
    assert [spec.attribute or spec.name for spec in SPECS] == [item.name for item in fields(Settings)]
    assert [spec.name for spec in SPECS] == [*VALUES, *FILE_ONLY]
    assert all(spec.help and spec.default for spec in SPECS)


def test_without_anything_set_the_defaults_hold(environ: dict[str, str]) -> None:
    settings = load({}, parse_duration, environ)

    assert settings == Settings()
    assert settings.registry == default_registry() and settings.registry.name == "registry.db"
    assert (settings.max_ttl, settings.timeout) == (timedelta(hours=8), timedelta(seconds=30))


def test_the_defaults_in_words_are_those_that_hold() -> None:
    durations = {
        spec.name: parse_duration(spec.default) for spec in SPECS if spec.name in ("max_ttl", "timeout")
    }

    assert durations == {"max_ttl": Settings().max_ttl, "timeout": Settings().timeout}
    assert next(spec.default for spec in SPECS if spec.name == "output") == Settings().output


@pytest.mark.parametrize("name", VALUES)
def test_each_setting_is_read_from_each_source(name: str, environ: dict[str, str], file: Path) -> None:
    text, value = VALUES[name]

    assert value_of(load({name: text}, parse_duration, environ), name) == value
    assert value_of(load({}, parse_duration, environ | {f"NETGRANT_{name.upper()}": text}), name) == value
    file.write_text(f'{name} = "{text}"\n')
    assert value_of(load({}, parse_duration, environ), name) == value


def test_a_flag_beats_the_environment_which_beats_the_file(environ: dict[str, str], file: Path) -> None:
    file.write_text('namespace = "from-file"')
    assert load({}, parse_duration, environ).namespace == "from-file"

    environ["NETGRANT_NAMESPACE"] = "from-environment"
    assert load({}, parse_duration, environ).namespace == "from-environment"

    assert load({"namespace": "from-flag"}, parse_duration, environ).namespace == "from-flag"


@pytest.mark.parametrize("nothing", [None, "", ()])
def test_an_option_that_was_not_given_counts_for_nothing(nothing: object, environ: dict[str, str]) -> None:
    environ |= {"NETGRANT_CONTEXT": "staging", "NETGRANT_NAMESPACE": ""}

    settings = load({"context": nothing, "namespace": nothing}, parse_duration, environ)

    assert (settings.contexts, settings.namespace) == (("staging",), "")


def test_several_contexts_from_each_source(environ: dict[str, str], file: Path) -> None:
    assert load({"context": ("b", "a", "b")}, parse_duration, environ).contexts == ("b", "a")
    file.write_text('context = ["production", "staging"]')
    assert load({}, parse_duration, environ).contexts == ("production", "staging")
    environ["NETGRANT_CONTEXT"] = "one, two"
    assert load({}, parse_duration, environ).contexts == ("one", "two")


def test_read_only_as_people_write_it(environ: dict[str, str], file: Path) -> None:
    for text in ("true", "Yes", "on", "1"):
        assert load({}, parse_duration, environ | {"NETGRANT_READ_ONLY": text}).read_only
    file.write_text("read_only = true")
    assert load({}, parse_duration, environ).read_only
    assert load({"read_only": False}, parse_duration, environ).read_only  # the option was not given
    for text in ("false", "No", "off", "0"):
        assert not load({}, parse_duration, environ | {"NETGRANT_READ_ONLY": text}).read_only
    file.write_text("read_only = false")
    assert load({"read_only": True}, parse_duration, environ).read_only


def test_warnings_are_read_from_a_list_and_can_be_left_out(environ: dict[str, str], file: Path) -> None:
    file.write_text('warn_before = ["1m", "60s", "15m"]')
    assert load({}, parse_duration, environ).warn_before == (timedelta(minutes=15), timedelta(minutes=1))
    file.write_text("warn_before = []")
    assert load({}, parse_duration, environ).warn_before == ()
    assert load({}, parse_duration, environ | {"NETGRANT_WARN_BEFORE": "none"}).warn_before == ()


def test_templates_are_tables_of_texts(environ: dict[str, str], file: Path) -> None:
    file.write_text(
        "[templates.db]\n"
        'target = "app=database"\nports = "5432"\nticket = ""\n'
        '[templates."read replica"]\nlife = "2h"\n'
    )
    assert load({}, parse_duration, environ).templates == {
        "db": {"target": "app=database", "ports": "5432", "ticket": ""},
        "read replica": {"life": "2h"},
    }


def test_templates_have_the_fields_of_the_form() -> None:
    assert tuple(item.name for item in fields(Proposal)) == TEMPLATE_FIELDS


def test_no_variable_holds_a_table(environ: dict[str, str]) -> None:
    assert load({}, parse_duration, environ | {"NETGRANT_TEMPLATES": "db"}) == Settings()


def test_a_home_directory_is_filled_in(environ: dict[str, str]) -> None:
    home = os.path.expanduser("~")
    environ |= {"NETGRANT_KUBECONFIG": f"~/a{os.pathsep}/b", "NETGRANT_REGISTRY": "~/r.db"}

    settings = load({}, parse_duration, environ)

    assert settings.kubeconfig == f"{home}/a{os.pathsep}/b"
    assert settings.registry == Path(home, "r.db")


BAD = [
    ("context", "5", "5 is not a context name", 'write "staging"'),
    ("context", '["a", ""]', "'' is empty", "plain text"),
    ("context", '["a", 3]', "3 is not text", "quotes"),
    ("kubeconfig", "true", "True is not text", "quotes"),
    ("kubeconfig", '"~nobody-knows/x"', "a home directory that is not known", "the whole path"),
    ("namespace", '"Payments!"', "'Payments!' is not a namespace name", "lower-case"),
    ("namespace", '"a\\u001b[31m"', "control characters", "plain text"),
    ("registry", "[]", r"\[\] is not text", "quotes"),
    ("max_ttl", "8", "8 is not a duration", '"8h"'),
    ("max_ttl", '"8"', "'8' is not a duration", "did you mean 8m"),
    ("max_ttl", '"0h"', "'0h' is out of range", "for example"),
    ("output", '"jsno"', "'jsno' is not an output format", "did you mean json"),
    ("output", '"xml"', "'xml' is not an output format", "there are: table, wide"),
    ("timeout", '"soon"', "'soon' is not a duration", "for example"),
    ("read_only", '"maybe"', "'maybe' is neither true nor false", "write true or false"),
    ("read_only", "1", "1 is neither true nor false", "write true or false"),
    ("production", "true", "True is not a pattern of context names", '"prod-*"'),
    ("production", '["prod-*", ""]', "'' is empty", "plain text"),
    ("warn_before", "5", "5 is not a list of durations", '["5m", "1m"], or [] for none'),
    ("warn_before", '["5m", "1"]', "'1' is not a duration", "did you mean 1m"),
    ("warn_before", '"soon"', "'soon' is not a duration", "for example"),
    ("theme", '"a\\u0007"', "control characters", "plain text"),
    ("templates", '"db"', "'db' is not a table", "[templates.NAME]"),
    ("templates", '{db = "x"}', "'db' is not a table", "[templates.db]"),
    ("templates", '{db = {targt = "x"}}', "'db' has an unknown field 'targt'", "did you mean target?"),
    ("templates", '{db = {colour = "x"}}', "an unknown field 'colour'", "there are: context, namespace, dir"),
    ("templates", "{db = {ports = 5432}}", "'db', ports: 5432 is not text", "quotes"),
]


@pytest.mark.parametrize("wrong", BAD, ids=str)
def test_a_wrong_value_in_the_file_names_file_key_value_and_what_would_be_right(
    wrong: tuple[str, str, str, str], environ: dict[str, str], file: Path
) -> None:
    name, toml, words, fix = wrong
    file.write_text(f"{name} = {toml}")

    with pytest.raises(ConfigError, match=words) as caught:
        load({}, parse_duration, environ)

    assert caught.value.message.startswith(f"{file}: {name}: ")
    assert fix in caught.value.fix
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (name, toml.strip('"'), words)
        for name, toml, words, _ in BAD
        if toml.startswith('"') and "\\" not in toml and name not in FILE_ONLY
    ],
)
def test_a_wrong_value_in_a_variable_or_flag_names_it(
    name: str, text: str, words: str, environ: dict[str, str]
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        load({}, parse_duration, environ | {f"NETGRANT_{name.upper()}": text})
    assert caught.value.message.startswith(f"NETGRANT_{name.upper()}: ")

    with pytest.raises(InputError, match=words) as refused:
        load({name: text}, parse_duration, environ)
    assert refused.value.field == name
    assert refused.value.message.startswith((f"--{name.replace('_', '-')}: ", f"{name}: "))


@pytest.mark.parametrize(
    ("key", "fix"),
    [
        ("max-ttl", "did you mean max_ttl?"),
        ("namspace", "did you mean namespace?"),
        ("Context", "did you mean context?"),
        ("colour", f"there are: {', '.join(spec.name for spec in SPECS)}"),
    ],
)
def test_an_unknown_key_is_an_error(key: str, fix: str, environ: dict[str, str], file: Path) -> None:
    file.write_text(f'{key} = "x"')

    with pytest.raises(ConfigError, match=f"{file}: unknown setting '{key}'") as caught:
        load({}, parse_duration, environ)

    assert caught.value.fix == fix


@pytest.mark.parametrize(
    ("name", "meant"),
    [("NETGRANT_MAXTTL", "MAX_TTL"), ("NETGRANT_CONTEXTS", "CONTEXT"), ("NETGRANT_output", "OUTPUT")],
)
def test_a_mistyped_variable_is_an_error(name: str, meant: str, environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=f"unknown variable {name}") as caught:
        load({}, parse_duration, environ | {name: "x"})

    assert caught.value.fix == f"did you mean NETGRANT_{meant}?"


def test_variables_that_kubernetes_sets_beside_a_service_called_netgrant_are_left_alone(
    environ: dict[str, str],
) -> None:
    environ |= {
        "NETGRANT_PORT": "tcp://192.0.2.1:443",
        "NETGRANT_PORT_443_TCP": "tcp://192.0.2.1:443",
        "NETGRANT_PORT_443_TCP_ADDR": "192.0.2.1",
        "NETGRANT_SERVICE_HOST": "192.0.2.1",
        "NETGRANT_SERVICE_PORT": "443",
        "OTHER_MAXTTL": "x",
    }

    assert load({}, parse_duration, environ) == Settings()


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"NETGRANT_CONFIG names .*gone\.toml, which does not exist"):
        load({}, parse_duration, {"NETGRANT_CONFIG": str(tmp_path / "gone.toml")})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"# mine\nmax_ttl = 8h\n", r"is not TOML: .*line 2"),
        (b"a = 1\na = 2", "is not TOML"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_file_that_is_not_toml(content: bytes, words: str, environ: dict[str, str], file: Path) -> None:
    file.write_bytes(content)

    with pytest.raises(ConfigError, match=words) as caught:
        load({}, parse_duration, environ)

    assert str(file) in caught.value.message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load({}, parse_duration, {"NETGRANT_CONFIG": str(tmp_path)})


def test_the_users_own_file_is_found_where_the_system_keeps_such_files(tmp_path: Path) -> None:
    script = (
        "from app.settings import load, default_file\n"
        "from app.domain.durations import parse_duration\n"
        "file = default_file(); file.parent.mkdir(parents=True)\n"
        "print(load({}, parse_duration).namespace or 'none')\n"
        "file.write_text('namespace = \"found\"')\n"
        "settings = load({}, parse_duration)\n"
        "print(settings.namespace, settings.registry)\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NETGRANT_", "XDG_"))}

    done = subprocess.run(
        [sys.executable, "-c", script],
        env=kept | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    none, found, registry = done.stdout.split(maxsplit=2)
    assert (none, found) == ("none", "found")
    assert registry.startswith(str(tmp_path))


def test_importing_the_settings_costs_none_of_their_libraries() -> None:
    script = "import sys, app.settings; print({'platformdirs', 'tomllib', 'difflib'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
