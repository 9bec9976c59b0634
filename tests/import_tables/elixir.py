"""Imports of Elixir, as data: what they mean, what would bring a name in, and where that goes."""

# ruff: noqa: E501 - a listing has one line for each file

from rulewright.core.index.imports import NewImport
from rulewright.core.index.symbols import Import
from tests.harness.import_tables import Brought, Inserted, Resolved, Table
from tests.harness.memory_files import tree

FILES = tree("""
    lib/my_app.ex: defmodule MyApp do\\nend
    lib/my_app/repo.ex: defmodule MyApp.Repo do\\n  def get(a, {b, c} \\\\\\\\ {1, 2}, opts), do: a\\n  def all, do: []\\n  defp hidden(a), do: a\\n  defguard is_id(x) when x > 0\\nend
    lib/my_app/accounts/user.ex: defmodule MyApp.Accounts.User do\\n  defmodule Token do\\n    def new(), do: 1\\n  end\\n  def name(u), do: u\\nend
    lib/my_app/http_client.ex: defmodule MyApp.HTTPClient do\\nend
    lib/my_app/graphql.ex: defmodule MyApp.GraphQL do\\nend
    lib/my_app_web.ex: defmodule MyAppWeb do\\nend
    lib/my_app_web/controllers/user_controller.ex: defmodule MyAppWeb.UserController do\\nend
    lib/my_app_web/live/user_controller.ex: defmodule MyAppWeb.Live.UserController do\\nend
    config/my_app.exs
    test/support/data_case.ex: defmodule MyApp.DataCase do\\nend
    test/my_app/repo_test.exs: defmodule MyApp.RepoTest do\\nend
    deps/ecto/lib/ecto/query.ex: defmodule Ecto.Query do\\nend
    lib/plain.ex: defmodule Plain do\\nend
""")

REPO = "lib/my_app/repo.ex"
USER = "lib/my_app/accounts/user.ex"

RESOLVED = [
    ("MyApp", "", REPO, "lib/my_app.ex"),
    ("MyApp", "Repo", "lib/my_app.ex", REPO),
    ("MyApp.Repo", "*", "lib/my_app.ex", REPO),
    ("MyApp.Repo", "get", "lib/my_app.ex", REPO),
    ("MyApp.Accounts", "User", REPO, USER),
    # Nested in another's file.
    ("MyApp.Accounts.User", "Token", REPO, USER),
    ("__MODULE__", "Token", USER, USER),
    ("MyApp.Accounts.User", "Missing", REPO, ""),
    ("MyApp", "HTTPClient", REPO, "lib/my_app/http_client.ex"),
    ("MyApp", "GraphQL", REPO, "lib/my_app/graphql.ex"),
    ("MyAppWeb", "", REPO, "lib/my_app_web.ex"),
    # Phoenix leaves folders out of names.
    ("MyAppWeb", "UserController", REPO, "lib/my_app_web/controllers/user_controller.ex"),
    ("MyApp", "DataCase", "test/my_app/repo_test.exs", "test/support/data_case.ex"),
    ("Ecto.Query", "*", REPO, "deps/ecto/lib/ecto/query.ex"),
    ("Logger", "", REPO, ""),
    ("MyApp", "Missing", REPO, ""),
]


BROUGHT = [
    ("MyApp.Repo", REPO, USER, "alias MyApp.Repo"),
    ("Repo", REPO, USER, "alias MyApp.Repo"),
    ("Token", USER, REPO, "alias MyApp.Accounts.User.Token"),
    ("get", REPO, USER, "import MyApp.Repo, only: [get: 3]"),
    ("all", REPO, USER, "import MyApp.Repo, only: [all: 0]"),
    ("is_id", REPO, USER, "import MyApp.Repo, only: [is_id: 1]"),
    ("new", USER, REPO, "import MyApp.Accounts.User.Token, only: [new: 0]"),
    ("name", USER, REPO, "import MyApp.Accounts.User, only: [name: 1]"),
    ("hidden", REPO, USER, None),
    ("Plain", "lib/plain.ex", USER, None),
    ("MyApp.Repo", REPO, REPO, None),
]


ALIASED = [
    ("defmodule A do\nend\n", "defmodule A do\n  alias X.M\nend\n"),
    ("defmodule A do\n  def a, do: 1\nend\n", "defmodule A do\n  alias X.M\n\n  def a, do: 1\nend\n"),
    (
        'defmodule A do\n  @moduledoc """\n  Doc.\n  """\n\n  def a, do: 1\nend\n',
        'defmodule A do\n  @moduledoc """\n  Doc.\n  """\n\n  alias X.M\n\n  def a, do: 1\nend\n',
    ),
    (
        "defmodule A do\n  @moduledoc false\n\n  def a, do: 1\nend\n",
        "defmodule A do\n  @moduledoc false\n\n  alias X.M\n\n  def a, do: 1\nend\n",
    ),
    (
        "defmodule A do\n  alias B.C\n  alias X.Z\n\n  def a, do: 1\nend\n",
        "defmodule A do\n  alias B.C\n  alias X.M\n  alias X.Z\n\n  def a, do: 1\nend\n",
    ),
    ("defmodule A do\n  alias Q.Z\n  alias Q.B\nend\n", "defmodule A do\n  alias Q.Z\n  alias Q.B\n  alias X.M\nend\n"),
    # `use`, `import`, `alias`, `require` stand in this order.
    (
        "defmodule A do\n  use B\n  import C\n  require D\n\n  def a, do: 1\nend\n",
        "defmodule A do\n  use B\n  import C\n  alias X.M\n  require D\n\n  def a, do: 1\nend\n",
    ),
    ("defmodule A do\n  require D\nend\n", "defmodule A do\n  alias X.M\n  require D\nend\n"),
    # Not into a function.
    (
        "defmodule A do\n  def a do\n    alias X.B\n    B\n  end\nend\n",
        "defmodule A do\n  alias X.M\n\n  def a do\n    alias X.B\n    B\n  end\nend\n",
    ),
    ("defmodule A do\r\n  alias X.Z\r\nend\r\n", "defmodule A do\r\n  alias X.M\r\n  alias X.Z\r\nend\r\n"),
    ("defmodule A do\r\n  def a, do: 1\r\nend\r\n", "defmodule A do\r\n  alias X.M\r\n\r\n  def a, do: 1\r\nend\r\n"),
    # Into the braces that are there, in order where they are in order.
    ("defmodule A do\n  alias X.{B}\nend\n", "defmodule A do\n  alias X.{B, M}\nend\n"),
    ("defmodule A do\n  alias X.{B, Z.Q}\nend\n", "defmodule A do\n  alias X.{B, M, Z.Q}\nend\n"),
    ("defmodule A do\n  alias X.{Z, B}\nend\n", "defmodule A do\n  alias X.{Z, B, M}\nend\n"),
    (
        "defmodule A do\n  alias X.{\n    B,\n    Z\n  }\nend\n",
        "defmodule A do\n  alias X.{\n    B,\n    M,\n    Z\n  }\nend\n",
    ),
    ("defmodule A do\n  alias X.Y.{B}\nend\n", "defmodule A do\n  alias X.M\n  alias X.Y.{B}\nend\n"),
    ("defmodule A do\n  alias X.M\nend\n", None),
    ("defmodule A do\n  alias X.{B, M}\nend\n", None),
    ("IO.puts(1)\n", None),
]


IMPORTED = [
    (
        "defmodule A do\n  use B\n  alias C.D\n\n  def a, do: 1\nend\n",
        "defmodule A do\n  use B\n  import X.M, only: [f: 1]\n  alias C.D\n\n  def a, do: 1\nend\n",
    ),
    (
        "defmodule A do\n  import A.B\n  import Z.C\nend\n",
        "defmodule A do\n  import A.B\n  import X.M, only: [f: 1]\n  import Z.C\nend\n",
    ),
    ("defmodule A do\n  import X.M\nend\n", None),
    ("defmodule A do\n  import X.M, only: [f: 1]\nend\n", None),
]

TABLE = Table(
    "elixir",
    resolved=[Resolved(FILES, path, Import(module, name), found) for module, name, path, found in RESOLVED],
    brought=[Brought(FILES, *row) for row in BROUGHT],
    inserted=[
        *(Inserted(NewImport("X", "M", "alias X.M"), *row) for row in ALIASED),
        *(Inserted(NewImport("X.M", "f", "import X.M, only: [f: 1]"), *row) for row in IMPORTED),
    ],
)
