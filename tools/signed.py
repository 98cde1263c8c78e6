"""Signed requests (RFC 9421) against software that is not ours: http-message-signatures from PyPI, openssl and curl.

tools/signed.py URL ORIGIN KEYFILE PROGRAM
  URL      a running ledger
  ORIGIN   its origin
  KEYFILE  the secret key of an authority that may have numbers resolved, as `keygen` writes it
  PROGRAM  credit-ledger

What the other library signs the ledger answers, and what it signs otherwise than the profile it refuses; what `resolve`
signs the other library verifies, on the wire; and the recipe of README.md does what it says.
"""

import base64
import contextlib
import datetime
import http.server
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519

LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))
NUMBER = "11010519491231002X"
PATH = "/v1/identities"
COVERED = ("@method", "@authority", "@path", "@query", "content-digest")


class Keys(HTTPSignatureKeyResolver):
    """The one key, by the id that the ledger's profile gives it."""

    def __init__(self, secret):
        self.secret, self.public = secret, secret.public_key()
        raw = self.public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.id = raw.hex()

    def resolve_private_key(self, key_id):
        assert key_id == self.id, key_id
        return self.secret

    def resolve_public_key(self, key_id):
        assert key_id == self.id, key_id
        return self.public


def secret_of(path):
    """The Ed25519 key of a key file: behind the last plus, base64 of 01 and the seed."""
    text = Path(path).read_text().strip().split("+", 4)[-1]
    raw = base64.b64decode(text)
    assert raw[0] == 1 and len(raw) == 33, "an Ed25519 key"
    return Ed25519PrivateKey.from_private_bytes(raw[1:])


def body_of(origin):
    return json.dumps({"origin": origin, "scheme": "person", "numbers": [NUMBER]}).encode()


def asked(url, origin, keys, *, more=(), tag="credit-ledger", life=60):
    """A request that the other library signs: its status and its answer."""
    body = body_of(origin)
    message = SimpleNamespace(method="POST", url=url + PATH, headers={"content-type": "application/json"})
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys).sign(
        message,
        key_id=keys.id,
        created=now,
        expires=now + datetime.timedelta(seconds=life),
        nonce=secrets.token_urlsafe(16),
        tag=tag,
        covered_component_ids=(*COVERED, *more),
        body=body,
    )
    request = urllib.request.Request(message.url, data=body, headers=message.headers, method="POST")
    try:
        with LOOPBACK.open(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


@contextlib.contextmanager
def verifying(url, keys):
    """A server that has the other library verify each request that is posted, and hands all of them on to the ledger."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            self.hand_on(None)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            message = SimpleNamespace(
                method="POST", url=f"http://{self.headers['host']}{self.path}", headers=dict(self.headers)
            )
            verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=keys)
            results = verifier.verify(message, expect_tag="credit-ledger", require_components=COVERED, body=body)
            seen.extend(results)
            self.hand_on(body)

        def hand_on(self, body):
            request = urllib.request.Request(url + self.path, data=body, method=self.command)
            for name, value in self.headers.items():
                if name.lower() not in ("content-length", "connection"):
                    request.add_header(name, value)
            try:
                with LOOPBACK.open(request, timeout=60) as answer:
                    status, kind, data = answer.status, answer.headers["content-type"], answer.read()
            except urllib.error.HTTPError as refused:
                status, kind, data = refused.code, refused.headers["content-type"], refused.read()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


def recipe():
    """The commands of README.md that sign a request with openssl and send it with curl."""
    text = (Path(__file__).parent.parent / "README.md").read_text()
    (found,) = [block for block in re.findall(r"```sh\n(.*?)```", text, re.S) if "openssl pkeyutl" in block]
    return found


def by_curl(host, origin, secret):
    with tempfile.TemporaryDirectory() as folder:
        pem = secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (Path(folder) / "key.pem").write_bytes(pem)
        known = {"host": host, "origin": origin, "number": NUMBER, "NO_PROXY": "*", "no_proxy": "*"}
        script = ["bash", "-euo", "pipefail", "-c", recipe()]
        run = subprocess.run(script, cwd=folder, env={**os.environ, **known}, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)


def main():
    url, origin, key_file, program = sys.argv[1:5]
    secret = secret_of(key_file)
    keys = Keys(secret)

    status, answer = asked(url, origin, keys)
    assert status == 200 and answer["subjects"][0].startswith("person:"), (status, answer)
    for rule, wrong in {
        "R03": {"more": ("content-type",)},
        "R06": {"tag": "another"},
        "R09": {"life": 121},
        "R14": {"keys": Keys(Ed25519PrivateKey.generate())},
    }.items():
        status, refused = asked(url, origin, **{"keys": keys, **wrong})
        assert status >= 400 and refused["rule"] == rule, (status, refused)
    print("http-message-signatures: what it signs is answered, and refused outside of the profile")

    with verifying(url, keys) as (proxy, seen):
        command = [program, "resolve", "--key", key_file, "--url", proxy]
        run = subprocess.run(command, input=NUMBER + "\n", capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        assert run.stdout.split() == answer["subjects"], run.stdout
        assert len(seen) == 1 and seen[0].body is not None, seen
    print("http-message-signatures: verifies what `resolve` signs")

    assert by_curl(url.split("//")[1], origin, secret) == answer
    print("curl and openssl: the recipe of README.md is answered")


if __name__ == "__main__":
    main()
