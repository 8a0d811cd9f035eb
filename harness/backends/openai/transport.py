"""HTTP/1.1 with the standard library: one kept-open connection per thread, through the proxy that the environment names."""

from __future__ import annotations

import base64
import contextlib
import http.client
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

AGENT = "magibench"
LARGEST = 64 << 20
"""Bytes of a response: no answer is that long."""


class Connections:
    """Connections to one server; each thread has its own."""

    def __init__(self, base_url: str, timeout_s: float) -> None:
        """``base_url`` with its path, e.g. http://localhost:8000/v1."""
        parts = urlsplit(base_url)
        self._path = parts.path.rstrip("/")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._secure else 80)
        self._timeout_s = timeout_s
        proxies = {} if urllib.request.proxy_bypass(self._host) else urllib.request.getproxies()
        self._proxy = urlsplit(proxies[parts.scheme]) if parts.scheme in proxies else None
        # SSL_CERT_FILE and SSL_CERT_DIR count here.
        self._context = ssl.create_default_context() if self._secure else None
        self._mine = threading.local()
        self._all: set[http.client.HTTPConnection] = set()
        self._streaming: socket.socket | None = None
        self._closed = False

    def post(self, path: str, body: bytes, key: str, deadline: float) -> tuple[int, dict[str, str], bytes]:
        """Send JSON; return (status, headers in lower case, body).

        Raises:
            OSError: no connection, a broken one, none in time, or a response that isn't HTTP.
        """
        headers = _headers("application/json", key)
        kept = getattr(self._mine, "connection", None)
        if kept is not None:
            # A server may close what was kept open while nothing was under way; that is no failure.
            with contextlib.suppress(http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                return self._exchange(kept, path, body, headers, deadline)
        return self._exchange(self._open(), path, body, headers, deadline)

    def listen(
        self, path: str, body: bytes, key: str, deadline: float, hear: Callable[[bytes], None]
    ) -> tuple[int, dict[str, str], bytes]:
        """Send JSON on a connection of its own; ``hear`` gets the data of each server-sent event.

        Returns what ``post`` does; the body is empty where there were events.

        Raises:
            OSError: as ``post``; some events may have been heard.
        """
        headers = _headers("text/event-stream", key)
        connection = self._open()
        # http.client forgets the socket of a response that ends with its connection; breaking it off needs it.
        self._streaming = connection.sock
        try:
            connection.request("POST", self._target(path), body, headers | self._proxy_headers())
            response = connection.getresponse()
            found = {k.lower(): v for k, v in response.getheaders()}
            if response.status != 200 or "text/event-stream" not in found.get("content-type", ""):
                return response.status, found, self._body(response, deadline)
            # Lines, not blocks: a comment or an empty line carries nothing, other fields aren't used by the protocol.
            while line := response.readline(LARGEST):
                if line.startswith(b"data:"):
                    hear(line[5:].strip())
                if time.monotonic() > deadline:
                    raise TimeoutError(f"not answered within {self._timeout_s:g} s")
            return response.status, found, b""
        except OSError:
            raise
        except (http.client.HTTPException, ValueError) as error:
            raise OSError(f"not an HTTP response ({type(error).__name__})") from error
        finally:
            self._streaming = None
            self._drop(connection)

    def close(self) -> None:
        """Break every connection off; what waits for an answer gets an OSError."""
        self._closed = True
        for sock in [self._streaming, *(connection.sock for connection in list(self._all))]:
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _exchange(
        self, connection: http.client.HTTPConnection, path: str, body: bytes, headers: dict[str, str], deadline: float
    ) -> tuple[int, dict[str, str], bytes]:
        if self._closed:
            raise OSError("closed")
        try:
            connection.request("POST", self._target(path), body, headers | self._proxy_headers())
            response = connection.getresponse()
            data = self._body(response, deadline)
            if response.will_close:
                self._drop(connection)
            return response.status, {k.lower(): v for k, v in response.getheaders()}, data
        except OSError:
            # http.client.RemoteDisconnected is one too.
            self._drop(connection)
            raise
        except (http.client.HTTPException, ValueError) as error:
            self._drop(connection)
            raise OSError(f"not an HTTP response ({type(error).__name__})") from error

    def _body(self, response: http.client.HTTPResponse, deadline: float) -> bytes:
        data = bytearray()
        while piece := response.read1(1 << 16):
            data += piece
            # The socket's time limit is between two pieces: a server that drips would never meet it.
            if time.monotonic() > deadline:
                raise TimeoutError(f"not answered within {self._timeout_s:g} s")
            if len(data) > LARGEST:
                raise OSError(f"a response of more than {LARGEST >> 20} MiB")
        if response.length:
            raise OSError(f"{response.length} bytes of the response are missing")
        # Read to its end by pieces, a response doesn't close itself, and the connection would refuse the next request.
        response.close()
        return bytes(data)

    def _open(self) -> http.client.HTTPConnection:
        via = self._proxy
        host, port = (via.hostname or "", via.port or 80) if via else (self._host, self._port)
        options: dict[str, Any] = {"timeout": self._timeout_s}
        connection: http.client.HTTPConnection
        if self._secure:
            connection = http.client.HTTPSConnection(host, port, context=self._context, **options)
            if via:
                connection.set_tunnel(self._host, self._port, self._credentials())
        else:
            connection = http.client.HTTPConnection(host, port, **options)
        connection.connect()
        if connection.sock is not None:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._all.add(connection)
        self._mine.connection = connection
        return connection

    def _drop(self, connection: http.client.HTTPConnection) -> None:
        self._mine.connection = None
        self._all.discard(connection)
        connection.close()

    def _target(self, path: str) -> str:
        """Return what stands in the request line: a plain proxy is told the whole address."""
        if self._proxy and not self._secure:
            return f"http://{self._host}:{self._port}{self._path}{path}"
        return self._path + path

    def _proxy_headers(self) -> dict[str, str]:
        return self._credentials() if self._proxy and not self._secure else {}

    def _credentials(self) -> dict[str, str]:
        if not self._proxy or not self._proxy.username:
            return {}
        pair = f"{unquote(self._proxy.username)}:{unquote(self._proxy.password or '')}"
        return {"Proxy-Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def _headers(accept: str, key: str) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": accept, "User-Agent": AGENT}
    return headers | {"Authorization": f"Bearer {key}"} if key else headers
