"""In which language a header is written, as data."""

import pytest

from rulewright.core.index.analyse import analyse
from rulewright.core.index.headers import spoken
from rulewright.core.index.near import family
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.index.valid import is_sound

PLAIN = "#ifndef A_H\n#define A_H\nstruct a { int class_; };\nint f(struct a *x);\n#endif\n"
GUARDED = '#ifdef __cplusplus\nextern "C" {\n#endif\nint f(void);\n#ifdef __cplusplus\n}\n#endif\n'

HEADERS = [
    (PLAIN, "c"),
    (GUARDED, "c"),
    ("#if defined(__cplusplus)\nnamespace a {}\n#endif\nint f(void);\n", "c"),
    ("/* class A of this\nclass B; */\n// namespace x {\nint f(void);\n", "c"),
    ('const char *text = "\\nstd::string";\n', "c"),
    ("#include <stdio.h>\n#include <sys/types.h>\nint f(void);\n", "c"),
    ("", "c"),
    ("#pragma once\nclass Shape {\npublic:\n  int area();\n};\n", "cpp"),
    ("namespace shapes {\nint area();\n}\n", "cpp"),
    ("template <typename T>\nstruct Box { T inside; };\n", "cpp"),
    ("#include <vector>\nint count();\n", "cpp"),
    ("using Size = int;\n", "cpp"),
    ("int count(const std::string& text);\n", "cpp"),
    ("struct A { virtual int f() = 0; };\nstruct B : A {\n  int f() override;\n};\n", "cpp"),
    ("#import <Foundation/Foundation.h>\n@interface Shape : NSObject\n@end\n", "objective-c"),
    ("@class Other;\nint f(void);\n", "objective-c"),
]


@pytest.mark.parametrize(("text", "expected"), HEADERS)
def test_a_header_says_its_language(text: str, expected: str) -> None:
    assert spoken("c", text.encode(), "include/a.h") == expected


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (["a/x.cpp", "a/y.hpp"], "cpp"),
        (["a/x.cpp", "a/y.c"], "c"),
        (["a/x.c"], "c"),
        (["a/x.h"], "c"),
        ([], "c"),
    ],
)
def test_a_header_that_could_be_either_goes_with_those_around_it(beside: list[str], expected: str) -> None:
    assert spoken("c", PLAIN.encode(), "a/x.h", beside) == expected


def test_what_an_editor_says_counts_unless_the_text_says_that_it_is_neither() -> None:
    assert spoken("cpp", PLAIN.encode(), "a.h") == "cpp"
    assert spoken("cpp", b"@interface A\n@end\n", "a.h") == "objective-c"
    assert spoken("c", b"class A {};\n", "a.c") == "c"
    assert spoken("python", b"class A: pass\n", "a.h") == "python"


def test_the_record_of_a_header_is_that_of_its_language() -> None:
    record = analyse("c", b"class Shape {\npublic:\n  int area();\nprivate:\n  int secret;\n};\n")
    assert [(s.name, s.kind, s.exported) for s in record.symbols] == [
        ("Shape", SymbolKind.CLASS, True),
        ("area", SymbolKind.METHOD, True),
        ("secret", SymbolKind.FIELD, False),
    ]
    assert record.language == "cpp"
    assert is_sound(record, "c")
    assert not is_sound(record, "python")


def test_an_interface_of_ocaml_shares_its_names() -> None:
    assert family("ocaml") == family("ocaml-interface") == ("ocaml", "ocaml-interface")
