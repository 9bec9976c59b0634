"""Uses of Rust, as data: what they mean, what would bring a name in, and where that goes."""

# ruff: noqa: E501 - a listing has one line for each file

from rulewright.core.index.imports import NewImport
from rulewright.core.index.symbols import Import
from tests.harness.import_tables import Brought, Inserted, Resolved, Table
from tests.harness.memory_files import tree

FILES = tree("""
    Cargo.toml: [workspace]\\nmembers = ["app", "crates/*"]\\n[workspace.dependencies]\\nshared = { path = "crates/shared-code" }
    app/Cargo.toml: [package]\\nname = "my-app"\\n[dependencies]\\nshared = { workspace = true }\\nengine = { path = "../crates/engine", version = "1" }\\nserde = "1"\\n[dependencies.tabled]\\npath = "../crates/tabled"
    app/src/lib.rs: mod rules;\\npub mod shapes;\\npub mod odd;\\npub use rules::Rule;\\npub use shapes::{circle::Circle, Kind};
    app/src/main.rs: mod cli;\\nfn main() {}
    app/src/cli.rs
    app/src/rules.rs: mod parse;\\npub struct Rule;
    app/src/rules/parse.rs
    app/src/rules/parse/deep.rs
    app/src/shapes/mod.rs: pub mod circle;\\npub enum Kind {}\\nmod inline { pub mod leaf; }
    app/src/shapes/circle.rs: pub struct Circle;
    app/src/shapes/inline/leaf.rs
    app/src/odd.rs: #[path = "elsewhere/real.rs"]\\npub mod moved;
    app/src/elsewhere/real.rs
    app/src/bin/tool.rs: fn main() {}
    app/src/bin/large/main.rs: mod part;
    app/src/bin/large/part.rs
    app/tests/all.rs: mod common;
    app/tests/common/mod.rs
    app/build.rs
    crates/engine/Cargo.toml: [package]\\nname = "engine-core"\\n[lib]\\nname = "engine"\\npath = "source/start.rs"
    crates/engine/source/start.rs: pub mod run;
    crates/engine/source/run.rs: pub fn go() {}
    crates/shared-code/Cargo.toml: [package]\\nname = "shared"
    crates/shared-code/src/lib.rs
    crates/tabled/Cargo.toml: [package]\\nname = "tabled"
    crates/tabled/src/lib.rs
    crates/more-things/Cargo.toml: [package]\\nname = "more-things"
    crates/more-things/src/lib.rs: pub mod part;
    crates/more-things/src/part.rs
    odd/Cargo.toml: [package]\\nname = "odd"\\n[[bin]]\\nname = "odd"\\npath = "core/main.rs"
    odd/core/main.rs
    odd/core/one.rs: use crate::two;\\nmod tests {\\n    use super::*;\\n    mod deep {\\n        use super::super::X;\\n    }\\n}\\nfn f() {\\n    use super::Y;\\n}
    odd/core/two.rs
""")

RESOLVED = [
    ("app/src/lib.rs", "crate::rules", "Rule", "app/src/rules.rs"),
    ("app/src/lib.rs", "crate", "rules", "app/src/rules.rs"),
    ("app/src/rules.rs", "crate::rules::parse", "*", "app/src/rules/parse.rs"),
    ("app/src/rules/parse/deep.rs", "crate", "Rule", "app/src/lib.rs"),
    ("app/src/rules.rs", "self::parse", "parse", "app/src/rules/parse.rs"),
    ("app/src/rules.rs", "self", "parse", "app/src/rules/parse.rs"),
    ("app/src/rules.rs", "parse", "parse", "app/src/rules/parse.rs"),
    ("app/src/rules/parse.rs", "super", "Rule", "app/src/rules.rs"),
    ("app/src/rules/parse/deep.rs", "super::super", "Rule", "app/src/rules.rs"),
    ("app/src/rules/parse/deep.rs", "super::super::super::shapes", "Kind", "app/src/shapes/mod.rs"),
    ("app/src/shapes/circle.rs", "super", "Kind", "app/src/shapes/mod.rs"),
    ("app/src/shapes/mod.rs", "super::rules", "Rule", "app/src/rules.rs"),
    ("app/src/lib.rs", "super", "x", ""),
    # An inline module has a folder, and `#[path]` names a file.
    ("app/src/lib.rs", "crate::shapes::inline::leaf", "x", "app/src/shapes/inline/leaf.rs"),
    ("app/src/lib.rs", "crate::odd::moved", "x", "app/src/elsewhere/real.rs"),
    # Each program is a crate of its own.
    ("app/src/main.rs", "crate", "cli", "app/src/cli.rs"),
    ("app/src/main.rs", "my_app::rules", "Rule", "app/src/rules.rs"),
    ("app/src/bin/tool.rs", "my_app", "Rule", "app/src/lib.rs"),
    ("app/src/bin/large/part.rs", "crate", "part", "app/src/bin/large/part.rs"),
    ("app/tests/all.rs", "self", "common", "app/tests/common/mod.rs"),
    ("app/tests/all.rs", "my_app::shapes", "Kind", "app/src/shapes/mod.rs"),
    # Libraries of the workspace.
    ("app/src/lib.rs", "engine::run", "go", "crates/engine/source/run.rs"),
    ("app/src/lib.rs", "::engine", "run", "crates/engine/source/run.rs"),
    ("app/src/lib.rs", "shared", "x", "crates/shared-code/src/lib.rs"),
    ("app/src/lib.rs", "tabled", "x", "crates/tabled/src/lib.rs"),
    ("app/src/lib.rs", "more_things::part", "x", "crates/more-things/src/part.rs"),
    ("app/src/lib.rs", "serde", "Serialize", ""),
    ("app/src/lib.rs", "std::collections", "HashMap", ""),
]


INLINE = [
    (0, "crate", "two", "odd/core/two.rs"),
    # In a module of the file's own text, `super` is the file.
    (2, "super", "*", "odd/core/one.rs"),
    (4, "super::super", "X", "odd/core/one.rs"),
    (4, "super::super::super", "two", "odd/core/two.rs"),
    (8, "super", "Y", "odd/core/main.rs"),
]


BROUGHT = [
    ("Rule", "app/src/rules.rs", "app/src/shapes/circle.rs", "use crate::rules::Rule;"),
    ("Kind", "app/src/shapes/mod.rs", "app/src/rules/parse.rs", "use crate::shapes::Kind;"),
    ("Top", "app/src/lib.rs", "app/src/rules.rs", "use crate::Top;"),
    ("go", "crates/engine/source/run.rs", "app/src/rules.rs", "use engine::run::go;"),
    ("Part", "crates/more-things/src/part.rs", "app/src/main.rs", "use more_things::part::Part;"),
    # The short way, where the library hands it on.
    ("Rule", "app/src/rules.rs", "app/tests/all.rs", "use my_app::Rule;"),
    ("Kind", "app/src/shapes/mod.rs", "app/src/bin/tool.rs", "use my_app::Kind;"),
    ("Circle", "app/src/shapes/circle.rs", "app/src/bin/tool.rs", "use my_app::shapes::circle::Circle;"),
    ("main", "app/src/main.rs", "app/src/bin/tool.rs", None),
    ("Rule", "app/src/rules.rs", "app/src/rules.rs", None),
]


INSERTED = [
    ("", "use crate::m::New;\n"),
    ("fn f() {}\n", "use crate::m::New;\n\nfn f() {}\n"),
    ("//! Doc.\n\nfn f() {}\n", "//! Doc.\n\nuse crate::m::New;\n\nfn f() {}\n"),
    ("//! Doc.\n#![allow(x)]\nfn f() {}\n", "//! Doc.\n#![allow(x)]\n\nuse crate::m::New;\n\nfn f() {}\n"),
    ("/// Of f.\nfn f() {}\n", "use crate::m::New;\n\n/// Of f.\nfn f() {}\n"),
    ("mod a;\n\nfn f() {}\n", "use crate::m::New;\n\nmod a;\n\nfn f() {}\n"),
    (
        "use std::fmt;\n\nuse crate::a::B;\nuse crate::z::C;\n\nfn f() {}\n",
        "use std::fmt;\n\nuse crate::a::B;\nuse crate::m::New;\nuse crate::z::C;\n\nfn f() {}\n",
    ),
    ("use std::fmt;\nuse std::io;\n", "use std::fmt;\nuse std::io;\n\nuse crate::m::New;\n"),
    (
        "use crate::a::B;\nuse std::fmt;\n\nfn f() {}\n",
        "use crate::a::B;\nuse crate::m::New;\nuse std::fmt;\n\nfn f() {}\n",
    ),
    # Into a list that takes from the same module.
    ("use crate::m::{Old, Zed};\n", "use crate::m::{New, Old, Zed};\n"),
    ("use crate::m::{self, Old};\n", "use crate::m::{self, New, Old};\n"),
    ("use crate::m::{\n    Alpha,\n    Zed,\n};\n", "use crate::m::{\n    Alpha,\n    New,\n    Zed,\n};\n"),
    ("use crate::m::{\n    Alpha,\n};\n", "use crate::m::{\n    Alpha,\n    New,\n};\n"),
    # A single one stays as it is, and so does a list of what is handed on.
    ("use crate::m::Old;\n", "use crate::m::New;\nuse crate::m::Old;\n"),
    ("pub use crate::m::{Old};\n", "use crate::m::New;\npub use crate::m::{Old};\n"),
    ("use crate::m::{Old, deep::Zed};\n", "use crate::m::{New, Old, deep::Zed};\n"),
    ("fn f() {\n    use crate::m::Old;\n}\n", "use crate::m::New;\n\nfn f() {\n    use crate::m::Old;\n}\n"),
    ("use crate::a::B;\r\n\r\nfn f() {}\r\n", "use crate::a::B;\r\nuse crate::m::New;\r\n\r\nfn f() {}\r\n"),
    ("use crate::m::{\r\n    Zed,\r\n};\r\n", "use crate::m::{\r\n    New,\r\n    Zed,\r\n};\r\n"),
    ("//! Doc.\r\n\r\nfn f() {}\r\n", "//! Doc.\r\n\r\nuse crate::m::New;\r\n\r\nfn f() {}\r\n"),
    ("use crate::m::New;\n", None),
    ("use crate::m::*;\n", None),
    ("use crate::{m::{New, Old}, n};\n", None),
]

TABLE = Table(
    "rust",
    resolved=[
        *(Resolved(FILES, path, Import(module, name), found) for path, module, name, found in RESOLVED),
        *(
            Resolved(FILES, "odd/core/one.rs", Import(module, name, row=row), found)
            for row, module, name, found in INLINE
        ),
    ],
    brought=[Brought(FILES, *row) for row in BROUGHT],
    inserted=[Inserted(NewImport("crate::m", "New", "use crate::m::New;"), *row) for row in INSERTED],
)
