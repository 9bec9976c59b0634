"""The commands `rulewright chat`, `ask` and `receipts`: what they understand, and nothing of what they do."""

import click

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.options import json_option, set_option

_model_option = click.option(
    "--model", default="", metavar="NAME", help="The model to ask, by its name in the settings."
)
_at_option = click.option(
    "--at",
    default="",
    metavar="FILE[:LINE[-LINE]]",
    help="The file that you work on, with the line or what is selected.",
)
_plain_option = click.option("--plain", is_flag=True, help="The answer as it comes, without drawing its markdown.")


@click.command(short_help="Ask a model about the project, and print the answer.")
@click.argument("question", nargs=-1)
@_at_option
@_model_option
@click.option("--session", default="", metavar="ID", help="Go on with a conversation; without it a new one begins.")
@_plain_option
@json_option
@set_option
@click.pass_obj
def ask(
    launcher: Launcher,
    *,
    question: tuple[str, ...],
    at: str,
    model: str,
    session: str,
    plain: bool,
    as_json: bool,
    overlay: tuple[str, ...],
) -> int:
    """Ask a model about the project here, and print its answer. What is piped in goes along with the question.

    A question may begin with a command, such as /fix or /test, and name files (@src/cart.py:10-40), definitions
    (@symbol:Basket), changes (@diff) and more; `rulewright ask /help` lists them. With --json each event is a line.
    """
    from rulewright.adapters.cli.chat import Wanted, run_ask

    wanted = Wanted(at=at, model=model, session=session, is_plain=plain, overlay=overlay)
    return run_ask(launcher, " ".join(question), wanted, as_json=as_json)


@click.command(short_help="Talk with a model about the project.")
@click.argument("session", default="")
@_at_option
@_model_option
@_plain_option
@set_option
@click.pass_obj
def chat(launcher: Launcher, *, session: str, at: str, model: str, plain: bool, overlay: tuple[str, ...]) -> int:
    """Talk with a model about the project here. SESSION goes on with a conversation, of any interface.

    Ctrl-C stops an answer and nothing else; what there is of it stays. Ctrl-D, or /quit, ends. /help lists more.
    """
    from rulewright.adapters.cli.chat import Wanted, run_chat

    return run_chat(launcher, Wanted(at=at, model=model, session=session, is_plain=plain, overlay=overlay))


@click.command(short_help="Say what was sent to models, and why.")
@click.argument("call", default="")
@click.option("--session", default="", metavar="ID", help="Those of one conversation.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="Calls at most.")
@click.option("--prompt", "with_prompt", is_flag=True, help="With all that was sent and answered, word for word.")
@click.option("--replay", is_flag=True, help="Send it once more, byte for byte, and print what is answered now.")
@json_option
@set_option
@click.pass_obj
def receipts(
    launcher: Launcher,
    *,
    call: str,
    session: str,
    limit: int,
    with_prompt: bool,
    replay: bool,
    as_json: bool,
    overlay: tuple[str, ...],
) -> int:
    """List the last calls of models, or print the receipt of one: what was sent in which order, from where and why.

    CALL is an id of the list, or its first letters, four at least. What is kept is a setting (interactions.keep).
    """
    from rulewright.adapters.cli.receipts import run_list, run_receipt, run_replay

    if not call:
        if with_prompt or replay:
            raise click.UsageError("Name a call of `rulewright receipts`: --prompt and --replay are about one.")
        return run_list(launcher, session=session, limit=limit, as_json=as_json)
    if replay:
        return run_replay(launcher, call, overlay)
    return run_receipt(launcher, call, with_prompt=with_prompt, as_json=as_json)
