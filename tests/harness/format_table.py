"""What we read of other tools' rule files, for the manual."""

from rulewright.core.rules.formats import FORMATS, Place


def rows() -> list[str]:
    """A row of Markdown for each tool."""
    found = []
    for form in FORMATS.values():
        places = ", ".join(map(_shown, form.places))
        found.append(f"| [{form.title}]({form.url}) | `{form.name}` | {places} | {form.max_chars or ''} |")
    return found


def keys() -> list[str]:
    """A row for each key."""
    return [
        f"| {form.title} | `{key}` | {meaning} |" for form in FORMATS.values() for key, meaning in form.keys.items()
    ]


def _shown(place: Place) -> str:
    path = place.path.replace("*", "<mode>") + ("/" if place.endings else "")
    ending = f"*{place.endings[0]}" if place.endings else ""
    more = (
        f" beside no {' or '.join(place.unless)}"
        if place.unless
        else f" where there is {place.needs}" * bool(place.needs)
    )
    return f"`{'.../' if place.anywhere else ''}{path}{ending}`{more}"
