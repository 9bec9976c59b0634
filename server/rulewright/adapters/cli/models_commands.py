"""The commands below `rulewright models`: what each understands."""

import click

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.options import json_option

PROVIDERS = ("openai", "anthropic", "ollama", "llamacpp")


@click.group(short_help="Say which models may be asked, and try them.")
def models() -> None:
    """Say which models your settings name, whether they work and how fast, and name one that is on this machine."""


@models.command("list")
@json_option
@click.pass_obj
def list_models(launcher: Launcher, *, as_json: bool) -> int:
    """List the models of your settings, and those that Ollama or llama.cpp offer on this machine.

    These servers are only asked what they have. No key is read from a command or the keyring.
    """
    from rulewright.adapters.cli.models import run_list

    return run_list(launcher, as_json=as_json)


@models.command()
@click.argument("name", default="")
@json_option
@click.pass_obj
def test(launcher: Launcher, name: str, *, as_json: bool) -> int:
    """Ask the model NAME, or each, a few words, and say what works: chat, filling in, embeddings, giving up.

    Exit code 1 when something that its roles name does not work.
    """
    from rulewright.adapters.cli.models import run_test

    return run_test(launcher, name, as_json=as_json)


@models.command()
@click.argument("name", default="")
@click.option(
    "--requests", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How often it is asked."
)
@click.option(
    "--tokens", type=click.IntRange(1, 100_000), default=64, show_default=True, help="Of each answer at most."
)
@json_option
@click.pass_obj
def bench(launcher: Launcher, name: str, *, requests: int, tokens: int, as_json: bool) -> int:
    """Say how fast the model NAME, or each, answers: time to the first token, tokens a second.

    Exit code 1 when a request failed.
    """
    from rulewright.adapters.cli.models import run_bench

    return run_bench(launcher, name, requests, tokens, as_json=as_json)


@models.command()
@click.argument("provider", type=click.Choice(PROVIDERS))
@click.argument("model", default="")
@click.option("--name", default="", help="What you call it.  [default: the model, or the provider]")
@click.option("--base-url", default="", metavar="URL", help="Where it is.  [default: that of the provider]")
@click.option("--role", "roles", multiple=True, type=click.Choice(("chat", "complete", "embed")), help="What for.")
@click.option("--key-env", default="", metavar="VARIABLE", help="The variable with its key.")
@click.option("--yes", "-y", is_flag=True, help="Write it into your settings; without this it is only shown.")
@click.pass_obj
def add(launcher: Launcher, /, provider: str, model: str, *, yes: bool, **options: object) -> int:
    """Name a model in your settings, so that it may be asked: MODEL as the server of PROVIDER calls it.

    Nothing is sent to it. `rulewright models list` shows what is on this machine.
    """
    from rulewright.adapters.cli.models import run_add

    given = {key: list(value) if isinstance(value, tuple) else value for key, value in options.items() if value}
    return run_add(launcher, {"provider": provider, "model": model, **given}, yes=yes)
