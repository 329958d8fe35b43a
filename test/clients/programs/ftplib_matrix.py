"""Implicit FTPS with Python's ftplib.

Arguments: host, port, user, password, certificate, TLS version, verb and what it needs. Names go to stdout, one a line.
"""

import os
import ssl
import sys

from implicit_ftp import ImplicitFTP, ResumingFTP

HOST, PORT, USER, PASSWORD, CA, VERSION, VERB, *ARGS = sys.argv[1:]
PAIRS = list(zip(ARGS[::2], ARGS[1::2]))


def connected(kind):
    context = ssl.create_default_context(cafile=CA)
    context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, VERSION.replace(".", "_"))
    ftp = kind(context=context, timeout=20, encoding="utf-8")
    ftp.connect(HOST, int(PORT))
    ftp.login(USER, PASSWORD)
    ftp.prot_p()
    return ftp


def put(ftp, local, remote, offset=None):
    with open(local, "rb") as file:
        file.seek(offset or 0)
        ftp.storbinary("STOR " + remote, file, rest=offset)


def get(ftp, remote, local, offset=None):
    with open(local, "ab" if offset else "wb") as file:
        ftp.retrbinary("RETR " + remote, file.write, rest=offset)


def put_tree(ftp, local, remote):
    ftp.mkd(remote)
    for entry in os.scandir(local):
        walk = put_tree if entry.is_dir() else put
        walk(ftp, entry.path, remote + "/" + entry.name)


def get_tree(ftp, remote, local):
    os.makedirs(local, exist_ok=True)
    # The listing is read to its end before the next transfer begins.
    for name, facts in list(ftp.mlsd(remote)):
        walk = {"dir": get_tree, "file": get}.get(facts["type"])
        if walk:
            walk(ftp, remote + "/" + name, os.path.join(local, name))


def list_names(ftp, folder):
    for name, facts in ftp.mlsd(folder):
        if facts["type"] in ("dir", "file"):
            print(name)


def endless(ftp, remote):
    with ftp.transfercmd("STOR " + remote) as conn:
        while True:
            conn.sendall(bytes(65536))


def main():
    ftp = connected(ImplicitFTP if VERB == "fresh" else ResumingFTP)
    if VERB in ("list", "fresh"):
        try:
            list_names(ftp, ARGS[0])
        except OSError:
            # The server ended the data connection; why is the reply that was not read.
            sys.exit(ftp.getmultiline())
    elif VERB == "put":
        for pair in PAIRS:
            put(ftp, *pair)
    elif VERB == "get":
        for pair in PAIRS:
            get(ftp, *pair)
    elif VERB == "reput":
        put(ftp, *ARGS, ftp.size(ARGS[1]))
    elif VERB == "reget":
        get(ftp, *ARGS, os.path.getsize(ARGS[1]))
    elif VERB == "mv":
        ftp.rename(*ARGS)
    elif VERB == "rm":
        ftp.delete(ARGS[0])
    elif VERB == "puttree":
        put_tree(ftp, *ARGS)
    elif VERB == "gettree":
        get_tree(ftp, *ARGS)
    elif VERB == "endless":
        endless(ftp, ARGS[0])
    ftp.quit()


main()
