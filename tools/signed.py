"""Signed requests (RFC 9421) against software that is not ours: http-message-signatures from PyPI, openssl and curl.

tools/signed.py URL ORIGIN KEYS SUBJECT PROGRAM
  URL      a running ledger
  ORIGIN   its origin
  KEYS     the folder of the secret keys of its readers, as readers.py makes it
  SUBJECT  what readers.py has recorded of
  PROGRAM  credit-ledger

What the other library signs the ledger answers, and what it signs otherwise than the profile it refuses; what `resolve`
and `show` sign the other library verifies, on the wire; and what README.md gives for curl and for Python does what it says,
word for word.
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
HEAD = ("@method", "@authority", "@path", "@query")
COVERED = (*HEAD, "content-digest", "credit-purpose")
README = (Path(__file__).parent.parent / "README.md").read_text()


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


def asked(url, body, keys, *, more=(), tag="credit-ledger", life=60):
    """A request that the other library signs: its status and its answer."""
    message = SimpleNamespace(
        method="POST",
        url=url + PATH,
        headers={"content-type": "application/json", "credit-purpose": "filing"},
    )
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
    """A server that has the other library verify each request that is signed, and hands all of them on to the ledger: reads
    as everybody's, since they are signed for this host and not for the ledger's, and numbers signed anew for that."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def verified(self, body, covered):
            message = SimpleNamespace(
                method=self.command, url=f"http://{self.headers['host']}{self.path}", headers=dict(self.headers)
            )
            verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=keys)
            seen.extend(verifier.verify(message, expect_tag="credit-ledger", require_components=covered, body=body))

        def do_GET(self):
            if "signature" in self.headers:
                self.verified(None, (*HEAD, *self.told()))
            self.hand_on(None)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            self.verified(body, (*HEAD, "content-digest", *self.told()))
            self.hand_on(body)

        def told(self):
            return [name for name in ("credit-purpose", "credit-case") if name in self.headers]

        def hand_on(self, body):
            if self.path == PATH:
                status, answer = asked(url, body, keys)
                return self.answer(status, "application/json", json.dumps(answer).encode())
            request = urllib.request.Request(url + self.path, data=body, method=self.command)
            for name, value in self.headers.items():
                signing = name.lower().startswith(("signature", "credit-"))
                if name.lower() not in ("content-length", "connection") and not signing:
                    request.add_header(name, value)
            try:
                with LOOPBACK.open(request, timeout=60) as answer:
                    status, kind, data = answer.status, answer.headers["content-type"], answer.read()
            except urllib.error.HTTPError as refused:
                status, kind, data = refused.code, refused.headers["content-type"], refused.read()
            self.answer(status, kind, data)

        def answer(self, status, kind, data):
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def by_curl(known, uses):
    """What README.md's recipe prints for its uses in which this text stands: one answer a request."""
    (definition,) = [block for block in blocks("sh") if block.startswith("signed()")]
    (use,) = [block for block in blocks("sh") if re.search(r"^signed ", block, re.M) and uses in block]
    # An answer is one line, whose end is not there: curl is told to write one.
    script = ["bash", "-euo", "pipefail", "-c", definition + use]
    answers = run_in_folder(script, known, {"CURL_HOME": "."}, {".curlrc": 'write-out = "\\n"\n'})
    return [json.loads(line) for line in answers.splitlines()]


def by_python(known):
    """What README.md's Python is answered: the standing, the letter, and the standing asked for in a body."""
    (example,) = [block for block in blocks("python") if "HTTPMessageSigner" in block]
    given = "".join(f"{name} = {value!r}\n" for name, value in known.items() if name != "secret")
    script = [sys.executable, "-c", f"import json\n{given}{example}\nprint(json.dumps([standing, letter, posted]))"]
    return json.loads(run_in_folder(script, known, {}, {}))


def run_in_folder(command, known, more, files):
    """Runs a command in a folder that holds the secret key as `key.pem`, with what it knows in its environment."""
    with tempfile.TemporaryDirectory() as folder:
        pem = known["secret"].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (Path(folder) / "key.pem").write_bytes(pem)
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        told = {name: value for name, value in known.items() if name != "secret"}
        environment = {**os.environ, **told, **more, "NO_PROXY": "*", "no_proxy": "*"}
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        return run.stdout


def resolving(url, origin, secret, key_file, program):
    """Numbers, by the other library, by `resolve`, and by curl."""
    keys = Keys(secret)
    status, answer = asked(url, body_of(origin), keys)
    assert status == 200 and answer["subjects"][0].startswith("person:"), (status, answer)
    for rule, wrong in {
        "R03": {"more": ("content-type",)},
        "R06": {"tag": "another"},
        "R09": {"life": 121},
        "R14": {"keys": Keys(Ed25519PrivateKey.generate())},
    }.items():
        status, refused = asked(url, body_of(origin), **{"keys": keys, **wrong})
        assert status >= 400 and refused["rule"] == rule, (status, refused)
    print("http-message-signatures: what it signs is answered, and refused outside of the profile")

    with verifying(url, keys) as (proxy, seen):
        command = [program, "resolve", "--key", key_file, "--url", proxy]
        run = subprocess.run(command, input=NUMBER + "\n", capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        assert run.stdout.split() == answer["subjects"], run.stdout
        assert len(seen) == 1 and seen[0].body is not None, seen
    print("http-message-signatures: verifies what `resolve` signs")

    known = {"host": url.split("//")[1], "origin": origin, "number": NUMBER, "secret": secret}
    assert by_curl(known, "/v1/identities") == [answer]
    print("curl and openssl: the recipe of README.md is answered")


def reading(url, folder, subject, program):
    """Reads, as README.md has them for curl and for Python, and as `show` signs them."""
    key_file = str(Path(folder) / "department.key")
    known = {"host": url.split("//")[1], "subject": subject, "secret": secret_of(key_file)}

    def said(answers):
        """Answers are of the moment of asking: what they say is held against each other but for that."""
        return [{name: said for name, said in one.items() if name not in ("valid_at", "asked_at", "letter")} for one in answers]

    standing, letter, posted = answers = by_curl(known, "/eligibility")
    in_python = by_python(known)
    assert said(in_python) == said(answers), (in_python, answers)
    assert said([posted]) == said([standing]), (posted, standing)
    # Two measures are named, and the restricted one is counted.
    for one in (letter, in_python[1]):
        assert one["eligible"] is False and len(one["reasons"]) == 2, one
        assert "另有1项生效的限制措施，内容属限制知悉" in one["letter"]["zh"] and "readers.restricted" not in str(one), one
    types = {record["type"] for record in standing["records"]}
    assert types == {"readers.public", "readers.shared"}, standing
    window_key = str(Path(folder) / "window.key")
    command = [program, "code", "--subject", subject, "--checked", "identity_document,registration", "--key", window_key]
    run = subprocess.run([*command, "--url", url, "--json"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    window = {**known, "secret": secret_of(window_key), "verified": json.loads(run.stdout)["verified"]}
    (page,) = by_curl(window, "/v1/accesses")
    looks = [(look["reader"], look["purpose"]) for look in page["accesses"]]
    # And that the window asked for a code.
    assert looks == [("window.readers", "own-file")] + [("department.readers", "procurement")] * 6, page
    print("curl, openssl and Python: what README.md reads is answered, and stands in the subject's list of who looked")

    with verifying(url, Keys(known["secret"])) as (proxy, seen):
        for about in (subject, "person:" + "7" * 64):
            command = [program, "show", "view", "records", about, "--url", proxy, "--json", "--key", key_file]
            command += ["--purpose", "procurement", "--case", "采购〔2026〕7号"]
            run = subprocess.run(command, capture_output=True, text=True)
            assert run.returncode == 0, run.stderr
        covered = [set(one.covered_components) for one in seen]
        assert len(seen) >= 2 and all('"credit-case"' in one for one in covered), seen
        assert any('"content-digest"' in one for one in covered), covered
    print("http-message-signatures: verifies what `show` signs, with the subject in the path and in a body")


def main():
    url, origin, folder, subject, program = sys.argv[1:6]
    key_file = str(Path(folder) / "department.key")
    resolving(url, origin, secret_of(key_file), key_file, program)
    reading(url, folder, subject, program)


if __name__ == "__main__":
    main()
