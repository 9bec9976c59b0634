"""How late an event loop is: run in the loop itself, it asks to be called again in a millisecond, and looks."""

import asyncio
import sys
import time

PAUSE_S = 0.001


class Lateness:
    """Samples in seconds since they were last taken."""

    def __init__(self) -> None:
        self._samples: list[float] = []

    async def watch(self) -> None:
        """Sample for ever."""
        while True:
            started = time.perf_counter()
            await asyncio.sleep(PAUSE_S)  # rulewright: ignore[tests/wait-for-conditions] - that is what is measured
            self._samples.append(time.perf_counter() - started - PAUSE_S)

    def take(self) -> dict[str, float]:
        """What 99 of 100 samples are below, the worst of them, and their number; they begin anew."""
        samples, self._samples = sorted(self._samples), []
        if not samples:
            return {"p99": 0.0, "worst": 0.0, "n": 0}
        return {"p99": samples[int(len(samples) * 0.99)], "worst": samples[-1], "n": len(samples)}


async def idle() -> None:
    """A loop with nothing else to do: for each line of input, a line with its p99."""
    lateness = Lateness()
    watching = asyncio.create_task(lateness.watch())
    while await asyncio.to_thread(sys.stdin.readline):
        print(lateness.take()["p99"], flush=True)
    watching.cancel()


if __name__ == "__main__":
    asyncio.run(idle())
