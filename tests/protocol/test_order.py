"""A handler sees the documents of the moment when its message was read, however many messages came at once."""

from contextlib import nullcontext

from tests.harness.lsp_memory import notification


async def test_each_of_forty_requests_sees_its_own_version(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "")
    messages, answers = [], []
    for n in range(40):
        messages.append(client.change_message(uri, "\n" * n + "print(1)\n"))
        request = client.request_message("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        answers.append(client.answer_to(request))
        messages.append(request)
    messages.append(client.change_message(uri, ""))
    # None supersedes another here: each must come to its end.
    client.server.pulls.newest = lambda *_: nullcontext()
    client.send(*messages)
    lines = [(await answer)["items"][0]["range"]["start"]["line"] for answer in answers]
    assert lines == list(range(40))
    assert [version for _, version in gateway.seen] == list(range(2, 42))


async def test_a_request_sees_the_documents_before_it_even_while_projects_open(client, project):
    params = {
        "processId": None,
        "rootUri": project.as_uri(),
        "capabilities": {"general": {"positionEncodings": ["utf-32"]}},
    }
    uri = (project / "a.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": "print(1)\n"}
    pull = client.request_message("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    answer = client.answer_to(pull)
    client.send(
        client.request_message("initialize", params),
        notification("initialized", {}),
        notification("textDocument/didOpen", {"textDocument": document}),
        pull,
        notification("textDocument/didClose", {"textDocument": {"uri": uri}}),
    )
    report = await answer
    assert [item["code"] for item in report["items"]] == ["no-print"]


async def test_a_change_behind_a_pull_does_not_reach_it(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    pull = client.request_message("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    answer = client.answer_to(pull)
    client.send(pull, client.change_message(uri, "log(1)\n"))
    assert len((await answer)["items"]) == 1
    assert (await client.pull(uri))["items"] == []
