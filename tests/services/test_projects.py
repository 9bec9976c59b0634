"""Open projects: each with its own settings and rules."""

from rulewright.core.config import SettingProblem, Settings, SettingsLayer, merge
from rulewright.core.rules.book import RuleBook
from rulewright.services.projects import Projects


class NoRules:
    def __init__(self):
        self.book = RuleBook()


class Settled:
    """Settings by root, which a test may change, and what is done while they are read."""

    def __init__(self):
        self.problems = ()
        self.made = []
        self.asked = []
        self.while_reading = lambda: None

    def read(self, root, overlay):
        self.asked.append(root)
        self.while_reading()
        return merge([SettingsLayer("editor", "editor", overlay)])[0], self.problems

    def rules(self, root, settings):
        assert isinstance(settings, Settings)
        self.made.append(root)
        return NoRules()


def projects():
    settled = Settled()
    return Projects(settled.read, settled.rules), settled


def test_a_root_is_opened_once():
    opened, settled = projects()
    first = opened.open("/w", {})
    assert opened.open("/w") is first
    assert settled.made == ["/w"]
    assert [v.root for v in opened.views] == ["/w"]


def test_a_closed_root_is_forgotten_and_can_be_opened_again():
    opened, settled = projects()
    opened.open("/w")
    opened.close("/w")
    opened.close("/w")
    assert opened.views == ()
    opened.open("/w")
    assert settled.made == ["/w", "/w"]


def test_the_editor_s_settings_count_for_every_root_and_are_remembered():
    opened, _ = projects()
    opened.open("/a", {"check": {"jobs": 1}})
    opened.open("/b")
    assert [p.settings.check.jobs for p in opened.opened] == [1, 1]
    opened.configure({"check": {"jobs": 2}})
    assert [p.settings.check.jobs for p in opened.opened] == [2, 2]
    opened.configure()
    opened.open("/c")
    assert [p.settings.check.jobs for p in opened.opened] == [2, 2, 2]


def test_reading_settings_again_keeps_the_rules():
    opened, settled = projects()
    rules = opened.open("/a").rules
    opened.configure({"check": {"jobs": 2}})
    assert opened.opened[0].rules is rules
    assert settled.made == ["/a"]


def test_who_holds_a_view_keeps_it():
    opened, _ = projects()
    opened.open("/a")
    before = opened.views
    opened.configure({"check": {"jobs": 2}})
    assert before[0].settings.check.jobs == 0


def test_one_problem_of_many_roots_is_told_once():
    opened, settled = projects()
    settled.problems = (SettingProblem("user", "file", "is not TOML"),)
    opened.open("/a")
    opened.open("/b")
    assert opened.opened[0].problems == settled.problems
    assert opened.configure() == settled.problems


def test_a_project_that_is_closed_while_settings_are_read_stays_closed():
    opened, settled = projects()
    opened.open("/a")
    opened.open("/b")
    settled.while_reading = lambda: opened.close("/a")
    settled.problems = (SettingProblem("user", "file", "is not TOML"),)
    assert opened.configure() == settled.problems
    assert [v.root for v in opened.views] == ["/b"]
