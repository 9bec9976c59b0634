"""What a language's grammar calls its nodes, for those who write rules about them."""

from rulewright.core.index.grammars import grammar_of


def node_kinds(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The kinds of named nodes and the fields of a language, sorted; none where its grammar is not installed."""
    grammar = grammar_of(language)
    if grammar is None:
        return (), ()
    known = grammar.language
    named = [i for i in range(known.node_kind_count) if known.node_kind_is_named(i) and known.node_kind_is_visible(i)]
    kinds = {name for i in named if (name := known.node_kind_for_id(i))}
    fields = {name for i in range(1, known.field_count + 1) if (name := known.field_name_for_id(i))}
    return tuple(sorted(kinds)), tuple(sorted(fields))
