"""Implicit FTPS with Python's ftplib, which knows only the explicit kind by itself."""

import ftplib
import ssl


class ImplicitFTP(ftplib.FTP_TLS):
    """FTP over TLS from the first byte: each new control socket is wrapped before anything is read."""

    _sock = None

    @property
    def sock(self):
        return self._sock

    @sock.setter
    def sock(self, value):
        if value is not None and not isinstance(value, ssl.SSLSocket):
            value = self.context.wrap_socket(value, server_hostname=self.host)
        self._sock = value


class ResumingFTP(ImplicitFTP):
    """The same, resuming the control connection's session on each data connection."""

    def ntransfercmd(self, cmd, rest=None):
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session), size
