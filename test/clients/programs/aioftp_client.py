"""Implicit FTPS with aioftp.

Arguments: host, port, user, password, certificate, TLS version, verb and what it needs. Names go to stdout, one a line.
"""

import asyncio
import os
import pathlib
import ssl
import sys

import aioftp

HOST, PORT, USER, PASSWORD, CA, VERSION, VERB, *ARGS = sys.argv[1:]
PAIRS = list(zip(ARGS[::2], ARGS[1::2]))


def client():
    context = ssl.create_default_context(cafile=CA)
    context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, VERSION.replace(".", "_"))
    # A context here makes the control connection and all data connections TLS from the first byte.
    return aioftp.Client.context(HOST, int(PORT), USER, PASSWORD, ssl=context, socket_timeout=20)


async def transfer(ftp, stream, local, mode, offset=0):
    """One direction of a transfer that begins at an offset; aioftp's own upload() and download() know none."""
    with open(local, mode) as file:
        async with stream as data:
            if mode == "ab":
                async for block in data.iter_by_block():
                    file.write(block)
            else:
                file.seek(offset)
                while block := file.read(65536):
                    await data.write(block)


async def parallel(remote, local):
    async with client() as ftp:
        await ftp.download(remote, local, write_into=True)


async def endless(ftp, remote):
    async with ftp.upload_stream(remote) as data:
        while True:
            await data.write(bytes(65536))


async def perform(ftp):
    if VERB == "list":
        for path, _facts in await ftp.list(ARGS[0]):
            print(path.name)
    elif VERB == "put":
        for local, remote in PAIRS:
            await ftp.upload(local, remote, write_into=True)
    elif VERB == "get":
        for remote, local in PAIRS:
            await ftp.download(remote, local, write_into=True)
    elif VERB == "reget":
        remote, local = ARGS
        offset = os.path.getsize(local)
        await transfer(ftp, ftp.download_stream(remote, offset=offset), local, "ab")
    elif VERB == "reput":
        local, remote = ARGS
        offset = int((await ftp.stat(remote))["size"])
        await transfer(ftp, ftp.upload_stream(remote, offset=offset), local, "rb", offset)
    elif VERB == "mv":
        await ftp.rename(*ARGS)
    elif VERB == "rm":
        await ftp.remove_file(ARGS[0])
    elif VERB == "puttree":
        await ftp.upload(ARGS[0], ARGS[1], write_into=True)
    elif VERB == "gettree":
        await ftp.download(ARGS[0], ARGS[1], write_into=True)
    elif VERB == "endless":
        await endless(ftp, ARGS[0])


async def main():
    if VERB == "parallel":
        await asyncio.gather(*(parallel(*pair) for pair in PAIRS))
        return
    async with client() as ftp:
        await perform(ftp)


try:
    asyncio.run(main())
except (OSError, aioftp.AIOFTPException) as error:
    sys.exit(f"{type(error).__name__}: {error}")
