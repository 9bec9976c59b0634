"""What `rulewright status` prints of a server."""

from rulewright.adapters.cli.status import lines
from rulewright.core.server_report import ServerReport
from rulewright.core.supervision import ChildState

TREE = ChildState(id="rulewright", state="running", restart="temporary")


def test_a_server_says_where_it_listens_and_counts_in_words():
    report = ServerReport(
        version=1,
        program_version="1.0",
        pid=7,
        interface="sockets",
        uptime_s=3,
        listens=("tcp 127.0.0.1:7777", "ws 127.0.0.1:7778"),
        tree=TREE,
        registry={"client": 2, "model": 1},
    )
    told = list(lines(report))
    assert told[1:3] == ["  listens on tcp 127.0.0.1:7777", "  listens on ws 127.0.0.1:7778"]
    assert told[-1] == "registered: 2 clients, 1 model"
