"""Clients that hold on while others are served. Standard library only.

crowd.py slow URL TOKEN COUNT SECONDS      COUNT clients that each ask for 1,000 findings and read a byte a second of them
crowd.py streams URL TOKEN COUNT SECONDS   COUNT clients that listen to server-sent events

Prints how many were there at the end, how many were ended by the server, and what came.
"""
import asyncio
import ssl
import sys
import urllib.parse

TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE


async def client(kind, url, token, end, count):
    count["begun"] += 1
    u = urllib.parse.urlsplit(url)
    loop = asyncio.get_running_loop()
    path = "/api/v1/live" if kind == "streams" else "/api/v1/findings?limit=1000"
    # A buffer of one byte: what is not read stays with the server.
    # From eight addresses: the server lets one address have 256 connections a process.
    reader, writer = await asyncio.open_connection(u.hostname, u.port, ssl=TLS, limit=1 if kind == "slow" else 65536,
                                                   local_addr=(f"127.0.0.{2 + count['begun'] % 8}", 0))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {u.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    first = await reader.read(12)
    count["ok" if first == b"HTTP/1.1 200" else "refused"] += 1
    try:
        while loop.time() < end:
            data = b""
            try:
                data = await asyncio.wait_for(reader.read(1 if kind == "slow" else 65536), max(0.1, end - loop.time()))
            except asyncio.TimeoutError:
                break
            if not data:
                count["ended"] += 1
                return
            count["bytes"] += len(data)
            if kind == "slow":
                await asyncio.sleep(1)
        count["there"] += 1
    finally:
        writer.close()


async def one(*args):
    try:
        await client(*args)
    except (OSError, ssl.SSLError):
        args[-1]["ended"] += 1


async def main(kind, url, token, many, seconds):
    count = {"begun": 0, "ok": 0, "refused": 0, "there": 0, "ended": 0, "bytes": 0}
    end = asyncio.get_running_loop().time() + float(seconds)
    tasks = []
    for i in range(int(many)):
        tasks.append(asyncio.ensure_future(one(kind, url, token, end, count)))
        if i % 20 == 19:
            await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)
    print(" ".join(f"{k}={v}" for k, v in count.items()))


asyncio.run(main(*sys.argv[1:]))
