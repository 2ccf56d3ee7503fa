"""A client that asks for one page again and again over kept connections."""

import asyncio
import sys
import time


async def asker(port: int, request: bytes, share: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(share):
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise SystemExit(f"unexpected answer: {head[:40]!r}")
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
    writer.close()


async def main(port: int, path: str, cookie: str, requests: int, connections: int) -> None:
    headers = (f"Host: 127.0.0.1:{port}", f"Cookie: {cookie}", "Accept-Encoding: identity")
    request = "\r\n".join((f"GET {path} HTTP/1.1", *headers, "", "")).encode()
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(asker(port, request, requests // connections))
    print(requests / (time.perf_counter() - began))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
