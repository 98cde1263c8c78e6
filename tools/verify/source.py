"""Where a ledger is read from: its folder (specification, "Files on disk"), or a URL (C2SP tlog-tiles)."""

import base64
import http.client
import os
import re
import secrets
import ssl
import struct
import time
import urllib.parse
import zlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import sealed
from fault import Fault, Unreadable, Usage

HEADER, COMMIT = b"CLSEG\x00\x00\x01", 0x8000_0030
HEADER_LEN, COMMIT_LEN = 52, 48
# 256 entries of the greatest length, and their lengths.
MAX_ANSWER = 256 * 65_537


def _table():
    rows = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        rows.append(byte)
    return rows


_CRC = _table()


def crc32c(data):
    """CRC-32C (Castagnoli)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


class Folder:
    """A ledger's folder. What lies beyond its checkpoint while a process writes is not looked at."""

    def __init__(self, path):
        self.path, self.where = path, None
        self.growing = os.path.exists(os.path.join(path, "running"))
        self.offsets = bytearray()

    def _read(self, name):
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            raise Fault("unreadable", f"{name}: no such file") from None
        except OSError as error:
            raise Unreadable(str(error)) from None

    def checkpoint(self):
        return self._read("checkpoint")

    def entries(self, size):
        """(file, byte, entry) in order, each frame and each batch checked, up to the checkpoint's size."""
        try:
            names = sorted(n for n in os.listdir(os.path.join(self.path, "log")) if re.fullmatch(r"\d{20}\.seg", n))
        except OSError as error:
            raise Unreadable(str(error)) from None
        state = {"next": 0, "closed": 0, "chain": bytes(32)}
        for name in names:
            if self.growing and int(name[:20]) >= size and size:
                break
            yield from self._segment(name, state, size)

    def _segment(self, name, state, size):
        data, file = self._read(f"log/{name}"), f"log/{name}"
        if len(data) < HEADER_LEN or data[:8] != HEADER or crc32c(data[:48]) != _u32(data, 48):
            raise Fault("frame", f"{file}: no whole header", state["next"], 0)
        first, previous = _u64(data, 8), data[16:48]
        if first != state["next"] or first != int(name[:20]) or previous != state["chain"]:
            raise Fault("frame", f"{file}: does not go on from the segment before", state["next"], 0)
        at, offsets = HEADER_LEN, []
        while at < len(data):
            if self.growing and state["closed"] >= size and state["next"] == state["closed"]:
                break
            if not any(data[at : at + 4]) and not any(data[at:]):
                break  # room that was made and not written to
            length = _u32(data, at) if at + 8 <= len(data) else -1
            end = at + 8 + (COMMIT_LEN if length == COMMIT else length)
            if length < 0 or end > len(data) or crc32c(data[at : at + 4] + data[at + 8 : end]) != _u32(data, at + 4):
                raise Fault("frame", f"{file}: no whole frame", state["next"], at)
            if length == COMMIT:
                batch = struct.unpack_from("<QQ32s", data, at + 8)
                if batch != (state["closed"], state["next"], state["chain"]) or batch[0] == batch[1]:
                    raise Fault("frame", f"{file}: the end of a batch is not this batch's", state["next"], at)
                state["closed"] = state["next"]
            else:
                offsets.append(at)
                state["chain"] = yield file, at, data[at + 8 : end]
                state["next"] += 1
            at = end
        if state["next"] != state["closed"]:
            raise Fault("frame", f"{file}: the last batch has no end", state["next"], at)
        self.offsets += struct.pack(f"<{len(offsets)}Q", *offsets)

    def check_tree(self, levels, size):
        """The offsets and every node of every level are what follows from the entries."""
        self._same("log/offsets", bytes(self.offsets), 8, 0)
        for level, expected in enumerate(levels):
            self._same(f"tree/level-{level}", bytes(expected), 32, level)

    def _same(self, name, expected, width, level):
        found = self._read(name)
        if found[: len(expected)] == expected and (self.growing or len(found) == len(expected)):
            return
        at = next((i for i, (a, b) in enumerate(zip(found, expected)) if a != b), min(len(found), len(expected)))
        raise Fault("tree", f"{name} is not what follows from the entries", at // width << level, at)


class Url:
    """A log behind a URL; over https with the certificates of a file, or this machine's."""

    def __init__(self, url, ca=None):
        try:
            parts = urllib.parse.urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Unreadable(f"{url}: {error}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unreadable(f"{url}: no URL of a log")
        try:
            if parts.scheme == "https":
                trusted = ssl.create_default_context(cafile=ca)
                self.connection = http.client.HTTPSConnection(parts.hostname, port, timeout=30, context=trusted)
            elif ca:
                raise Usage("--ca goes with https")
            else:
                self.connection = http.client.HTTPConnection(parts.hostname, port, timeout=30)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Unreadable(f"{url}: {error}") from None
        self.prefix, self.host = parts.path.rstrip("/"), parts.netloc.rpartition("@")[2]
        self.leaves, self.reader = [], None

    def _get(self, path):
        for attempt in (1, 2):
            if attempt == 2 and self.reader:
                time.sleep(1)  # a server answers nothing that was signed in the second in which it began
            try:
                fields = self.reader.fields(self.host, f"{self.prefix}/{path}") if self.reader else {}
                fields["accept-encoding"] = "identity"
                self.connection.request("GET", f"{self.prefix}/{path}", headers=fields)
                answer = self.connection.getresponse()
                body = answer.read(MAX_ANSWER + 1)
                if len(body) > MAX_ANSWER:
                    self.connection.close()
                    raise Unreadable(f"{path}: more than {MAX_ANSWER} bytes")
                # A static host sends what it holds, whatever was asked for.
                if answer.getheader("content-encoding", "identity").lower() in ("gzip", "x-gzip"):
                    body = _unpacked(body, path)
                if attempt == 1 and answer.status == 403 and b"request-not-fresh" in body:
                    continue
                return answer.status, body
            except (OSError, http.client.HTTPException) as error:
                self.connection.close()
                if attempt == 2:
                    raise Unreadable(f"{path}: {error}") from None

    def _held(self, path):
        """A path's status and bytes: as they are, or as a static host holds them, packed under `.gz`."""
        status, body = self._get(path)
        if status == 404 and not self.reader:
            packed, found = self._get(f"{path}.gz")
            if packed == 200:
                return packed, _unpacked(found, path)
        return status, body

    def _tile(self, kind, index, width, folder="tile/"):
        groups = [f"{index % 1000:03}"]
        while index >= 1000:
            index //= 1000
            groups.insert(0, f"x{index % 1000:03}")
        path = f"{folder}{kind}/{'/'.join(groups)}"
        status, body = self._held(path if width == 256 else f"{path}.p/{width}")
        self.whole = status == 404 and width < 256
        if self.whole:
            # A partial tile may be gone once the full one is there.
            status, body = self._held(path)
        if status != 200:
            raise Fault("tile", f"{path}: status {status}", index << 8 if kind in ("0", "entries") else None)
        return path, body

    def checkpoint(self):
        status, body = self._get("checkpoint")
        if status != 200:
            raise Unreadable(f"checkpoint: status {status}")
        return body

    def entries(self, size):
        """(tile, byte, entry) in order."""
        for index in range((size + 255) // 256):
            width = min(256, size - index * 256)
            path, body = self._tile("entries", index, width)
            at, whole = 0, self.whole
            for number in range(width):
                length = int.from_bytes(body[at : at + 2], "big")
                entry = body[at + 2 : at + 2 + length]
                if at + 2 > len(body) or len(entry) != length:
                    raise Fault("tile", f"{path}: ends within an entry", index * 256 + number, at)
                yield path, at, entry
                at += 2 + length
            if at != len(body) and not whole:
                raise Fault("tile", f"{path}: bytes after its last entry", index * 256 + width, at)

    def check_tree(self, levels, size):
        """The tiles of every level are what follows from the entries."""
        for level in range(8):
            nodes = bytes(levels[8 * level]) if 8 * level < len(levels) else b""
            for index in range((len(nodes) // 32 + 255) // 256):
                expected = nodes[index * 8192 : (index + 1) * 8192]
                path, body = self._tile(str(level), index, len(expected) // 32)
                if body[: len(expected)] != expected or len(body) != (8192 if self.whole else len(expected)):
                    first = (index * 256) << (8 * level)
                    raise Fault("tile", f"{path} is not what follows from the entries", first, 0)


class Reader:
    """An auditor, by the key file that the ledger's program writes, in a matter (specification, "Signed requests")."""

    def __init__(self, path, case):
        try:
            with open(path, encoding="ascii") as file:
                raw = base64.b64decode(file.read().strip().split("+", 4)[-1], validate=True)
        except (OSError, ValueError) as error:
            raise Unreadable(f"{path}: {error}") from None
        if len(raw) != 33 or raw[0] != 1:
            raise Unreadable(f"{path}: no Ed25519 key")
        self.key, self.case = Ed25519PrivateKey.from_private_bytes(raw[1:]), case

    def fields(self, host, path):
        """The fields that sign a GET, made now."""
        covered = {
            "@method": "GET",
            "@authority": host.lower(),
            "@path": path,
            "@query": "?",
            "credit-purpose": "audit",
            "credit-case": _string(self.case),
        }
        now = int(time.time())
        names = " ".join(f'"{name}"' for name in covered)
        params = (
            f'({names});created={now};expires={now + 60};nonce="{secrets.token_hex(16)}";'
            f'keyid="{self.key.public_key().public_bytes_raw().hex()}";alg="ed25519";tag="credit-ledger"'
        )
        lines = [f'"{name}": {value}' for name, value in covered.items()] + [f'"@signature-params": {params}']
        signature = base64.b64encode(self.key.sign("\n".join(lines).encode())).decode()
        sent = {name: value for name, value in covered.items() if not name.startswith("@")}
        return {**sent, "host": host, "signature-input": f"sig={params}", "signature": f"sig=:{signature}:"}


def _string(text):
    """A String of RFC 9651, or a Display String where it is not ASCII."""
    if text.isascii() and text.isprintable():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    plain = (chr(byte) if 0x20 <= byte < 0x7F and byte not in b'%"' else f"%{byte:02x}" for byte in text.encode())
    return f'%"{"".join(plain)}"'


class Openings:
    """What opens sealed entries, as it is given to auditors: 256 entries at a time."""

    def __init__(self, url, reader, ca=None):
        self.url, self.first, self.bundle = Url(url, ca), None, []
        self.url.reader = reader

    def of(self, index, size):
        """The opening of an entry; None where there is none."""
        first = index - index % 256
        if first != self.first:
            width = min(256, size - first)
            path, body = self.url._tile("openings", first // 256, width, "")
            try:
                self.bundle = sealed.read_bundle(body, 256 if self.url.whole else width)
            except Fault as fault:
                fault.message += f" ({path})"
                raise fault.of(index) from None
            self.first = first
        return self.bundle[index - first]


def _unpacked(data, path):
    """What gzip packed, no more than an answer may be."""
    unpacked = bytearray()
    try:
        while data:
            one = zlib.decompressobj(31)
            unpacked += one.decompress(data, MAX_ANSWER + 1 - len(unpacked))
            if len(unpacked) > MAX_ANSWER or not one.eof:
                raise ValueError("it ends too early, or is too long")
            data = one.unused_data
    except (ValueError, zlib.error) as error:
        raise Unreadable(f"{path}: gzip: {error}") from None
    return bytes(unpacked)


def _u32(data, at):
    return int.from_bytes(data[at : at + 4], "little")


def _u64(data, at):
    return int.from_bytes(data[at : at + 8], "little")


