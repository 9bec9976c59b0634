"""Which frameworks a project uses."""

# ruff: noqa: E501 - a manifest a line

import pytest

from rulewright.core.frameworks import FRAMEWORKS, MANIFESTS, dependencies, frameworks_used


@pytest.mark.parametrize(
    ("path", "text", "packages"),
    [
        ("pyproject.toml", '[project]\ndependencies = ["Django>=4", "zope.interface"]', "python/django python/zope-interface"),
        ("pyproject.toml", '[project.optional-dependencies]\ndev = ["pytest[x]~=8; python_version > \'3\'"]', "python/pytest"),
        ("pyproject.toml", '[dependency-groups]\na = ["flask", {include-group = "b"}]', "python/flask"),
        ("pyproject.toml", '[tool.poetry.dependencies]\nFastAPI = "*"\n[tool.poetry.group.d.dependencies]\npytest="8"', "python/fastapi python/pytest"),
        ("pyproject.toml", '[project]\nkeywords = ["django"]', ""),
        ("pyproject.toml", "[project", ""),
        ("pyproject.toml", "project = 3", ""),
        ("requirements.txt", "# flask\n-r more.txt\nSQLAlchemy==2 # x\n\n", "python/sqlalchemy"),
        ("setup.cfg", "[options]\ninstall_requires =\n    flask>2\n    a", "python/flask python/a"),
        ("setup.cfg", "install_requires = x", ""),
        ("Pipfile", '[packages]\ndjango = "*"', "python/django"),
        ("package.json", '{"dependencies": {"react": "19"}, "devDependencies": null}', "npm/react"),
        ("package.json", "[1]", ""),
        ("package.json", '{"dependencies": ', ""),
        ("mix.exs", 'defp deps do\n [{:phoenix, "~> 1.8"},\n  # {:ash, "3"}\n {:ecto_sql, "3"}]', "hex/phoenix hex/ecto_sql"),
        ("mix.exs", 'defp deps, do: [{:ash, "3"}, {:phoenix, "~> 1.8"}] # {:ecto, "3"}', "hex/ash hex/phoenix"),
        ("Gemfile", "gem 'rails', '~> 8'\n# gem 'no'\n  gem(\"pg\")", "gem/rails gem/pg"),
        ("go.mod", "module example.com/a\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgo.uber.org/zap/v2 v2.1.0 // indirect\n)", "go/github.com/gin-gonic/gin go/go.uber.org/zap"),
        ("pom.xml", "<dependency><groupId>org.springframework.boot</groupId></dependency>", "maven/org.springframework.boot"),
        ("build.gradle.kts", 'id("org.springframework.boot") version "3"\nimplementation("a.b:c:1")', "maven/org.springframework.boot maven/a.b"),
        ("other.toml", "django", ""),
    ],
)  # fmt: skip
def test_what_a_manifest_depends_on(path, text, packages):
    assert dependencies(path, text) == frozenset(packages.split())


def test_the_outermost_folders_count():
    manifests = {
        "package.json": '{"dependencies": {"lerna": "1"}}',
        "web/package.json": '{"dependencies": {"react": "19", "next": "16"}}',
        "web/inner/package.json": '{"dependencies": {"react": "18"}}',
        "website/package.json": '{"dependencies": {"react": "17"}}',
        "requirements.txt": "django",
        "api/requirements.txt": "django",
    }
    assert [(u.name, u.folder, u.manifest) for u in frameworks_used(manifests)] == [
        ("django", "", "requirements.txt"),
        ("react", "web", "web/package.json"),
        ("react", "website", "website/package.json"),
        ("nextjs", "web", "web/package.json"),
    ]


def test_every_framework_is_in_an_ecosystem_that_is_read():
    ecosystems = {"python", "npm", "hex", "gem", "go", "maven"}
    assert {package.partition("/")[0] for f in FRAMEWORKS for package in f.packages} == ecosystems
    assert len({f.name for f in FRAMEWORKS}) == len(FRAMEWORKS)
    assert all(dependencies(name, "") == frozenset() for name in MANIFESTS)
