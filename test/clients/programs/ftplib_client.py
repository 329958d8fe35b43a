"""Reads a JSON list of steps from stdin and writes one JSON line with the result of each."""

import ftplib
import json
import ssl
import sys

from implicit_ftp import ImplicitFTP, ResumingFTP


def perform(ftp, verb, *args):
    if verb == "put":
        with open(args[0], "rb") as file:
            return ftp.storbinary("STOR " + args[1], file)
    if verb == "get":
        rest = args[2] if len(args) > 2 else None
        with open(args[0], "ab" if rest else "wb") as file:
            return ftp.retrbinary("RETR " + args[1], file.write, rest=rest)
    if verb == "mlsd":
        return [name for name, _facts in ftp.mlsd()]
    if verb == "endless":
        # An upload that goes on until somebody stops it.
        with ftp.transfercmd("STOR " + args[0]) as conn:
            while True:
                conn.sendall(bytes(65536))
    return getattr(ftp, verb)(*args)


def main():
    settings, steps = json.load(sys.stdin)
    context = ssl.create_default_context(cafile=settings["ca"])
    if settings["version"] == "TLSv1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    kind = ResumingFTP if settings["resume"] else ImplicitFTP
    ftp = kind(context=context, timeout=20, encoding="utf-8")
    ftp.connect("127.0.0.1", settings["port"])
    ftp.login(settings["user"], settings["password"])
    ftp.prot_p()
    results = []
    for step in steps:
        try:
            results.append(perform(ftp, *step))
        except OSError:
            # The server ended the data connection; why is the reply that was not read.
            results.append(ftp.getmultiline())
        except ftplib.error_perm as refusal:
            # It had ended the data connection before the client looked: then the reply comes at once.
            results.append(str(refusal))
    ftp.quit()
    json.dump(results, sys.stdout)


main()
