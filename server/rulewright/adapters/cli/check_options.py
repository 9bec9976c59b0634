"""The options of `rulewright check`, and which of them contradict each other."""

from typing import Literal

import click
import msgspec

from rulewright.core.findings import Severity


class CheckOptions(msgspec.Struct, frozen=True):
    """The options of the command."""

    paths: tuple[str, ...] = ()
    output_format: str = "text"
    output: str | None = None
    since: str | None = None
    whole_files: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    prune_baseline: bool = False
    fix: bool = False
    diff: bool = False
    fail_on: Severity | Literal["never"] | None = None
    stdin_filename: str | None = None
    verbose: bool = False
    quiet: bool = False
    overlay: tuple[str, ...] = ()


def refuse_contradictions(options: CheckOptions) -> None:
    """Raise UsageError with a sentence where options cannot go together."""
    stdin = "-" in options.paths
    text_only = options.output_format == "text" and options.output is None
    for is_wrong, sentence in (
        (
            options.stdin_filename and not stdin,
            "--stdin-filename names standard input: write `rulewright check - --stdin-filename NAME`.",
        ),
        (options.diff and options.fix, "--diff changes nothing and --fix does: choose one."),
        (
            options.diff and not text_only,
            f"--diff prints a diff, so there is no place for {_format_or_output(options)}.",
        ),
        (stdin and options.since, "--since looks at files, and standard input is none."),
        (options.whole_files and not options.since, "--whole-files says what --since REV reports: give both."),
        (
            options.since and (options.fix or options.diff) and not options.whole_files,
            "Fixes are made in whole files: add --whole-files to mend all of each file that changed.",
        ),
        (
            options.prune_baseline and options.baseline is None,
            "--prune-baseline takes entries out of --baseline FILE: give both.",
        ),
        (stdin and (options.prune_baseline or options.write_baseline), "Standard input is too little for a baseline."),
        (
            options.write_baseline and (options.baseline or options.since),
            "--write-baseline writes down all findings: leave --baseline and --since out.",
        ),
        (
            options.write_baseline and (options.diff or not text_only),
            f"--write-baseline reports nothing, so there is no place for {_format_or_output(options)}.",
        ),
    ):
        if is_wrong:
            raise click.UsageError(sentence)


def _format_or_output(options: CheckOptions) -> str:
    if options.write_baseline and options.diff:
        return "--diff"
    return "--output" if options.output_format == "text" else f"--format {options.output_format}"
