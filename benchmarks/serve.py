"""What the service takes beside the pipeline in this process: texts a second, and the slowest of a hundred.

    python benchmarks/serve.py [--texts 2000] [--clients 8] [--workers 2]

A second process asks, so that asking costs the service nothing. Both do the same texts on the same machine.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from multiprocessing import get_context
from typing import Any

import httpx
from speed import articles

from annotate import Document, Pipeline
from annotate.options import Options


def asked(url: str, texts: list[str], clients: int, way: Any) -> None:
    """Ask for every text, `clients` of them at once, and send how long each took."""
    import asyncio

    async def run() -> None:
        times: list[float] = []
        waiting = iter(texts)

        async def ask(client: httpx.AsyncClient) -> None:
            for text in waiting:
                begun = time.perf_counter()
                answer = await client.post(f"{url}/annotate", json={"text": text, "lang": "nl"})
                answer.raise_for_status()
                times.append(time.perf_counter() - begun)

        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=clients)) as client:
            await asyncio.gather(*(ask(client) for _ in range(clients)))
            begun = time.perf_counter()
            waiting = iter(texts)
            times.clear()
            await asyncio.gather(*(ask(client) for _ in range(clients)))
            way.send((time.perf_counter() - begun, sorted(times)))

    asyncio.run(run())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    texts = (articles("nl", 400, 40, "ordinary") * (chosen.texts // 40 + 1))[: chosen.texts]
    command = [sys.executable, "-m", "annotate.cli", "serve", "--port", "0", "--workers", str(chosen.workers)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        found = re.search(r"http://\S+", server.stderr.readline())
        assert found is not None, "the service did not start"
        for _ in range(300):
            try:
                httpx.get(f"{found[0]}/health")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        here, there = get_context("spawn").Pipe()
        client = get_context("spawn").Process(target=asked, args=(found[0], texts, chosen.clients, there))
        client.start()
        taken, times = here.recv()
        client.join()
    finally:
        server.terminate()
        server.wait()
    pipeline = Pipeline(Options(lang="nl"))
    documents = [Document(str(n), text, "x") for n, text in enumerate(texts)]
    for document in documents[:40]:
        pipeline.annotate(document)
    begun = time.perf_counter()
    for document in documents:
        pipeline.annotate(document).to_json()
    alone = time.perf_counter() - begun
    print(f"service, {chosen.workers} processes, {chosen.clients} at once: {len(texts) / taken:,.0f} texts a second")
    print(f"  median {times[len(times) // 2] * 1e3:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1e3:.1f} ms")
    print(f"this process alone: {len(texts) / alone:,.0f} texts a second")


if __name__ == "__main__":
    main()
