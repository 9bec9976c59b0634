"""The server of llama.cpp, from its Python package, with the small model of `tests/models`, until its input ends.

`python -m tests.harness.llamacpp_server [--key KEY] [--embed]` prints its address when it is ready.
"""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODEL = Path(__file__).parents[1] / "models" / "tiny-code-stdlib.q8_0.gguf"
N_CONTEXT, N_SLOTS = 2048, 2
N_BATCH = 256
"""With more, `input_extra` would be dropped in silence: there has to be room for a batch and twice the answer."""


@contextmanager
def llamacpp(*arguments: str) -> Iterator[str]:
    """Its address, while it runs."""
    command = [sys.executable, "-m", "tests.harness.llamacpp_server", *arguments]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("{"), f"llama.cpp did not start: exit code {process.wait(30)}"
        yield str(json.loads(line)["url"])
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(30)


def main(arguments: list[str]) -> None:
    """Serve."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(MODEL)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx, params.n_parallel = N_CONTEXT, N_SLOTS
    params.n_batch = params.n_ubatch = N_BATCH
    # Its threads spin while they wait for each other: on busy cores two are slower than one.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.n_threads_http = 4
    params.warmup = params.ui = False
    params.offline = params.use_jinja = True
    params.endpoint_slots = params.endpoint_props = True
    if "--key" in arguments:
        params.api_keys = [arguments[arguments.index("--key") + 1]]
    if "--embed" in arguments:
        params.embedding = True
        params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    server = xllamacpp.Server(params)
    url = server.listening_address
    url = url if url.startswith("http") else f"http://{url}"
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
                if answer.status == 200:
                    break
        except OSError:
            continue
    print(json.dumps({"url": url}), flush=True)
    sys.stdin.read()
    # It has no end of its own, and its threads outlive the interpreter.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
