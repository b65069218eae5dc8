"""Help and completion: complete, and fit for the narrowest terminal."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from app.cli.root import root
from app.commands.catalog import VERBS
from tests.cli.line import Line
from tests.e2e.command import Done

BIN = Path(sys.executable).parent
NAMES = [verb.name for verb in VERBS]


def command(verb: str) -> click.Command:
    found = root.get_command(click.Context(root), verb)
    assert found is not None
    return found


@pytest.fixture
def narrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A command line in a terminal of 80 columns, with no cluster behind it."""
    monkeypatch.setenv("COLUMNS", "80")
    return Line(tmp_path / "none", tmp_path / "registry.db")


def test_the_first_help_names_every_verb_with_its_whole_summary(narrow: Line) -> None:
    done = narrow("--help").ok()

    assert max(map(len, done.out.splitlines())) <= 80
    told = " ".join(done.out.split())
    for verb in VERBS:
        assert f"{verb.name} {verb.summary}" in told
    assert "--version" in told and done.err == ""
    assert narrow("-h").out == done.out


@pytest.mark.parametrize("verb", NAMES)
def test_each_verbs_help_names_every_option_and_argument(verb: str, narrow: Line) -> None:
    done = narrow(verb, "--help").ok()

    assert max(map(len, done.out.splitlines())) <= 80
    assert done.err == ""
    words = done.out.replace(",", " ").split()
    for param in command(verb).params:
        for name in (
            param.opts if isinstance(param, click.Option) else [param.make_metavar(click.Context(root))]
        ):
            assert set(name.split()) <= set(words), name
        if isinstance(param, click.Option):
            assert param.help and param.help.endswith("."), param.opts
    assert narrow(verb, "-h").out == done.out


@pytest.mark.parametrize("verb", NAMES)
def test_the_summary_stands_in_the_verbs_own_help(verb: str, narrow: Line) -> None:
    summary = next(item.summary for item in VERBS if item.name == verb)

    assert summary in " ".join(narrow(verb, "--help").ok().out.split())


def run(*words: str, **environ: str) -> Done:
    done = subprocess.run(
        words, env={"PATH": f"{BIN}:/usr/bin:/bin", "HOME": "/nonexistent", **environ}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def test_as_a_plugin_of_kubectl_it_calls_itself_so() -> None:
    plugin = str(BIN / "kubectl-netgrant")

    wrong = run(plugin, "list", "--bogus")
    usage = run(plugin, "grant", "--help")

    assert wrong.ended(2).err == (
        "kubectl netgrant list: no such option '--bogus'; see 'kubectl netgrant list --help'\n"
    )
    assert usage.ok().out.startswith("Usage: kubectl netgrant grant [OPTIONS]")
    assert run(plugin, "--version").ok().out == run(str(BIN / "netgrant"), "--version").ok().out


# Completion.


def completed(words: str, **environ: str) -> list[str]:
    """What a shell is told to offer for the last of these words."""
    count = str(len(words.split()) - (not words.endswith(" ")))
    done = run(
        str(BIN / "netgrant"),
        _NETGRANT_COMPLETE="bash_complete",
        COMP_WORDS=words,
        COMP_CWORD=count,
        **environ,
    )
    assert done.err == ""
    return [text.partition(",")[2] for text in done.ok().out.splitlines() if text]


def test_verbs_are_completed() -> None:
    assert completed("netgrant ") == NAMES
    assert completed("netgrant li") == ["list"]
    assert completed("netgrant e") == ["extend", "exec"]


@pytest.mark.parametrize("verb", NAMES)
def test_every_option_of_every_verb_is_completed(verb: str) -> None:
    found = completed(f"netgrant {verb} -")

    options = {name for p in command(verb).params if isinstance(p, click.Option) for name in p.opts}
    assert options <= set(found) and "--help" in found


def test_choices_and_files_are_completed() -> None:
    assert completed("netgrant list -o ") == ["table", "wide", "json", "yaml", "csv"]
    assert completed("netgrant grant --dry-run s") == ["server"]
    assert completed("netgrant completion z") == ["zsh"]


def test_contexts_are_completed_from_the_kubeconfig(tmp_path: Path) -> None:
    config = tmp_path / "config"
    contexts = [
        {"name": name, "context": {"cluster": "c", "user": "u"}} for name in ("prod-eu", "prod-us", "dev")
    ]
    config.write_text(json.dumps({"contexts": contexts}))

    assert completed("netgrant list --context ", KUBECONFIG=str(config)) == ["prod-eu", "prod-us", "dev"]
    assert completed("netgrant grant --context prod-", KUBECONFIG=str(config)) == ["prod-eu", "prod-us"]
    assert completed(f"netgrant list --kubeconfig {config} --context d") == ["dev"]
    assert completed("netgrant list --context ", KUBECONFIG="/nowhere") == []
    assert completed("netgrant list --context ", KUBECONFIG=str(config), NETGRANT_TIMEOUT="soon") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell(shell: str, narrow: Line) -> None:
    done = narrow("completion", shell).ok()

    assert "_NETGRANT_COMPLETE" in done.out and "netgrant" in done.out and done.err == ""


def test_bash_takes_the_script_and_completes_with_it(tmp_path: Path) -> None:
    script = tmp_path / "netgrant.bash"
    script.write_text(run(str(BIN / "netgrant"), "completion", "bash").ok().out)

    assert run("bash", "-n", str(script)).ok().err == ""
    typed = "COMP_WORDS=(netgrant li); COMP_CWORD=1; _netgrant_completion netgrant; echo ${COMPREPLY[@]}"
    assert run("bash", "-c", f"source {script}; {typed}").ok().out == "list\n"
