"""Asks a server for the status of one request after another, at a steady rate.

``python -m tests.bench.api_client JOB`` prints what was found as JSON. Requests leave by
the clock, whether those before were answered or not: so a server that stands still for a
moment is late for all that came meanwhile, as it is to people.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

from tests.bench.api_store import request_id

CONNECTIONS = 32


async def asked(job: dict[str, Any]) -> list[float]:
    """The seconds from when each request was due until its answer was there."""
    free: asyncio.Queue[Any] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", job["port"]))
    count, rate = job["count"], job["rate"]
    began = time.perf_counter() + 0.05

    async def one(number: int) -> float:
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        connection = await free.get()
        wanted = request_id(number * 7919 % job["requests"])
        await _status(*connection, job["token"], wanted)
        free.put_nowait(connection)
        return time.perf_counter() - due

    return await asyncio.gather(*(one(number) for number in range(count)))


async def _status(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str, wanted: str
) -> None:
    writer.write(
        f"GET /api/requests/{wanted} HTTP/1.1\r\nHost: site\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    told = json.loads(await reader.readexactly(length))
    assert told["id"] == wanted, told
    assert told["state"] == "failed"


def main() -> None:
    job = json.loads(sys.argv[1])
    if others := os.sched_getaffinity(0) - {job["core"]}:
        os.sched_setaffinity(0, others)
    began = time.perf_counter()
    late = sorted(asyncio.run(asked(job)))
    found = {
        "seconds": time.perf_counter() - began,
        "p50": late[len(late) // 2],
        "p99": late[int(len(late) * 0.99)],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
