"""The languages Rulewright knows: their names, files and comments, and whether ast-grep can check them.

The checkable ones are those of the ast-grep wheel, each name probed; the others have a name so that a rule
can say `language: toml`. This table knows nothing of ast-grep itself, so it is cheap to import.
"""

import msgspec


class Language(msgspec.Struct, frozen=True):
    """One language; all names, extensions and file names are lower case."""

    name: str
    """The canonical name; for a checkable language one that ast-grep takes."""
    aliases: tuple[str, ...] = ()
    """Other names, those that editors send as `languageId` among them."""
    extensions: tuple[str, ...] = ()
    """Without the dot."""
    file_names: tuple[str, ...] = ()
    line_comment: str = ""
    block_comment: tuple[str, str] | None = None
    checkable: bool = True
    """Whether ast-grep can check it."""


def _known(
    name: str,
    names: str = "",
    extensions: str = "",
    *,
    files: str = "",
    line: str = "",
    block: str = "",
    checkable: bool = True,
) -> Language:
    """A row of the table; the words of a string are separated by spaces."""
    opening, _, closing = block.partition(" ")
    return Language(
        name,
        tuple(names.split()),
        tuple(extensions.split()),
        tuple(files.split()),
        line,
        (opening, closing) if closing else None,
        checkable,
    )


_C = "/* */"
_XML = "<!-- -->"

_CHECKABLE = (
    _known(
        "bash",
        "sh shell shellscript zsh ksh",
        "bash bats ksh sh zsh",
        files=".bashrc .bash_profile .profile .zshrc .envrc",
        line="#",
    ),
    _known("c", "", "c h", line="//", block=_C),
    _known("cpp", "c++ cc cxx cuda-cpp arduino", "cc cpp cxx c++ hh hpp hxx cu ino ipp tpp", line="//", block=_C),
    _known("csharp", "cs c#", "cs csx", line="//", block=_C),
    _known("css", "scss", "css scss", block=_C),
    _known("dart", "", "dart", line="//", block=_C),
    _known("elixir", "ex", "ex exs", files="mix.lock", line="#"),
    _known("go", "golang", "go", line="//", block=_C),
    _known("haskell", "hs", "hs", line="--", block="{- -}"),
    _known("hcl", "terraform tf terraform-vars opentofu", "hcl nomad tf tfvars tofu", line="#", block=_C),
    _known("html", "htm", "html htm xhtml", block=_XML),
    _known("java", "", "java", line="//", block=_C),
    _known("javascript", "js jsx node javascriptreact", "js jsx mjs cjs", line="//", block=_C),
    _known(
        "json",
        "jsonc json5",
        "json jsonc json5 webmanifest geojson",
        files=".prettierrc .eslintrc .babelrc pipfile.lock composer.lock flake.lock",
    ),
    _known("kotlin", "kt kts", "kt ktm kts", line="//", block=_C),
    _known("lua", "", "lua", line="--", block="--[[ ]]"),
    _known("markdown", "md", "md markdown mdc", block=_XML),
    _known("nix", "", "nix", line="#", block=_C),
    _known("php", "", "php phtml", line="//", block=_C),
    _known(
        "python",
        "py python3",
        "py pyi pyw py3 bzl bazel",
        files="sconstruct tiltfile",
        line="#",
    ),
    _known("ruby", "rb", "rb rbw gemspec rake", files="gemfile rakefile vagrantfile podfile brewfile", line="#"),
    _known("rust", "rs", "rs", line="//", block=_C),
    _known("scala", "", "scala sc sbt", line="//", block=_C),
    _known("solidity", "sol", "sol", line="//", block=_C),
    _known("swift", "", "swift", line="//", block=_C),
    _known("tsx", "typescriptreact", "tsx", line="//", block=_C),
    _known("typescript", "ts", "ts mts cts", line="//", block=_C),
    _known("yaml", "yml dockercompose github-actions-workflow", "yaml yml", files=".clang-format", line="#"),
    _known("zig", "", "zig zon", line="//"),
)

_UNCHECKED = tuple(
    msgspec.structs.replace(language, checkable=False)
    for language in (
        _known("astro", "", "astro", block=_XML),
        _known("clojure", "clj", "clj cljs cljc edn", line=";;"),
        _known("cmake", "", "cmake", files="cmakelists.txt", line="#"),
        _known("dockerfile", "docker", "dockerfile", files="dockerfile containerfile", line="#"),
        _known("erlang", "erl", "erl hrl", line="%"),
        _known("fsharp", "f# fs", "fs fsi fsx", line="//", block="(* *)"),
        _known("graphql", "gql", "graphql gql", line="#"),
        _known("groovy", "", "groovy gradle", files="jenkinsfile", line="//", block=_C),
        _known(
            "ini",
            "properties dotenv editorconfig",
            "ini cfg properties",
            files=".env .editorconfig .gitconfig",
            line="#",
        ),
        _known("julia", "jl", "jl", line="#", block="#= =#"),
        _known("latex", "tex", "tex sty cls", line="%"),
        _known("less", "", "less", line="//", block=_C),
        _known("make", "makefile mk", "mk mak", files="makefile gnumakefile", line="#"),
        _known("objective-c", "objc objectivec objective-cpp", "m mm", line="//", block=_C),
        _known("ocaml", "ml", "ml", block="(* *)"),
        _known("ocaml-interface", "ocaml.interface mli", "mli", block="(* *)"),
        _known("perl", "pl", "pl pm", line="#"),
        _known("powershell", "pwsh ps1", "ps1 psm1 psd1", line="#", block="<# #>"),
        _known("proto", "protobuf proto3", "proto", line="//", block=_C),
        _known("r", "", "r", line="#"),
        _known("restructuredtext", "rst", "rst"),
        _known("sass", "", "sass", line="//"),
        _known("sql", "mysql postgres plsql tsql", "sql psql", line="--", block=_C),
        _known("svelte", "", "svelte", block=_XML),
        _known("toml", "", "toml", files="pipfile poetry.lock cargo.lock uv.lock", line="#"),
        _known("vue", "", "vue", block=_XML),
        _known("xml", "xsl svg", "xml xsd xsl xslt svg plist csproj", block=_XML),
    )
)

LANGUAGES: dict[str, Language] = {language.name: language for language in (*_CHECKABLE, *_UNCHECKED)}
"""Every known language by its canonical name."""

CHECKABLE: tuple[str, ...] = tuple(language.name for language in _CHECKABLE)
"""The canonical names that ast-grep takes."""

_BY_NAME = {name: language.name for language in LANGUAGES.values() for name in (language.name, *language.aliases)}
_BY_EXTENSION = {ext: language.name for language in LANGUAGES.values() for ext in language.extensions}
_BY_FILE_NAME = {name: language.name for language in LANGUAGES.values() for name in language.file_names}

_OTHER_ENDINGS = (".lock", ".erb", ".tt", ".j2", ".mustache")

_NO_LANGUAGE = frozenset({"", "plaintext", "plain", "text", "txt"})
"""What editors send when they do not know the language either."""


def canonical(name: str) -> str | None:
    """The canonical name of a language that is known by `name`, in any case; None when it is not known."""
    return _BY_NAME.get(name.strip().lower())


def checkable(name: str) -> bool:
    """Whether ast-grep can check the language known by `name`."""
    found = canonical(name)
    return found is not None and LANGUAGES[found].checkable


def language_of(path: str, language_id: str = "") -> str:
    """The language of a file: what the editor says, else what its name says; empty when nobody knows.

    A language id that is not in the table is kept (in lower case) when the name says nothing, so that a rule
    can name it.
    """
    said = language_id.strip().lower()
    if said not in _NO_LANGUAGE and (known := _BY_NAME.get(said)):
        # Editors tell OCaml's interfaces from the rest by the file's name, or not at all.
        return "ocaml-interface" if known == "ocaml" and path.lower().endswith(".mli") else known
    name = path.replace("\\", "/").rstrip("/").rpartition("/")[2].lower()
    if known := _BY_FILE_NAME.get(name):
        return known
    stem, dot, extension = name.rpartition(".")
    if dot and stem and (known := _BY_EXTENSION.get(extension)):
        return known
    # `Dockerfile.dev` is a Dockerfile too, but `Gemfile.lock` and `Rakefile.erb` are no Ruby.
    if not name.endswith(_OTHER_ENDINGS) and (known := _BY_FILE_NAME.get(name[:1] + name[1:].partition(".")[0], "")):
        return known
    return "" if said in _NO_LANGUAGE else said


def has_comments(name: str) -> bool:
    """Whether the language known by `name` has comments."""
    found = canonical(name)
    return found is not None and bool(LANGUAGES[found].line_comment or LANGUAGES[found].block_comment)
