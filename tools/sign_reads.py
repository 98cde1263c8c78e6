"""What signs every request that schemathesis sends, by the profile of RFC 9421 in a few lines of its own: by turns as an
auditor with a case, and as a department by its competence.

It is schemathesis' module of hooks (SCHEMATHESIS_HOOKS). READERS is the folder of their keys, and SIGNED the file that is told,
when all is over, how each was answered: by whom, with which status, by which rule, and whether for the signer alone.
"""

import atexit
import base64
import collections
import hashlib
import itertools
import json
import os
import secrets
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests
import schemathesis

sys.path.insert(0, str(Path(__file__).parent))
from signed import Keys, secret_of  # noqa: E402

FIELDS = ("content-digest", "credit-purpose", "credit-case", "credit-visible-from", "signature", "signature-input")
READERS = [
    ("auditor", {"credit-purpose": "audit", "credit-case": '"audit-7"'}),
    ("department", {"credit-purpose": "supervision"}),
]
READERS = [(who, Keys(secret_of(Path(os.environ["READERS"]) / f"{who}.key")), said) for who, said in READERS]
TURNS = itertools.cycle(READERS)
ANSWERED = collections.Counter()


class Signature(requests.auth.AuthBase):
    """Signs what is about to be sent, in place of whatever was made up as a signature."""

    def __init__(self, reader):
        self.who, self.keys, self.said = reader

    def __call__(self, request):
        for name in FIELDS:
            request.headers.pop(name, None)
        request.headers.update(self.said)
        if body := request.body:
            digest = hashlib.sha256(body.encode() if isinstance(body, str) else body).digest()
            request.headers["content-digest"] = f"sha-256=:{base64.b64encode(digest).decode()}:"
        path, _, query = request.path_url.partition("?")
        covered = {
            "@method": request.method,
            "@authority": urlsplit(request.url).netloc.lower(),
            "@path": path,
            "@query": f"?{query}",
            **{name: request.headers[name] for name in FIELDS if name in request.headers},
        }
        now = int(time.time())
        parameters = (
            f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in covered)});created={now};expires={now + 60}"
            f';nonce="{secrets.token_urlsafe(16)}";keyid="{self.keys.id}";alg="ed25519";tag="credit-ledger"'
        )
        base = [f'"{name}": {value}' for name, value in covered.items()] + [f'"@signature-params": {parameters}']
        signature = base64.b64encode(self.keys.secret.sign("\n".join(base).encode())).decode()
        request.headers["signature-input"] = f"reads={parameters}"
        request.headers["signature"] = f"reads=:{signature}:"
        request.register_hook("response", self.answered)
        return request

    def answered(self, response, **_):
        try:
            rule = response.json().get("rule", "") if response.status_code >= 400 else ""
        except (ValueError, AttributeError):
            rule = ""
        private = response.headers.get("cache-control") == "private, no-store"
        ANSWERED[self.who, response.status_code, rule, private] += 1


@schemathesis.hook
def before_call(context, case, kwargs):
    kwargs["auth"] = Signature(next(TURNS))


@atexit.register
def tell():
    lines = [[*answer, count] for answer, count in sorted(ANSWERED.items())]
    Path(os.environ["SIGNED"]).write_text("".join(json.dumps(line) + "\n" for line in lines))


def main():
    """Whether both readers were shown what is theirs, and no signature was taken for a wrong one."""
    shown, wrong = collections.Counter(), []
    for line in Path(sys.argv[1]).read_text().splitlines():
        who, status, rule, private, count = json.loads(line)
        print(f"{who:<10} {status} {rule:<4} {'private' if private else '':<8}{count}")
        if status == 200 and private:
            shown[who] += count
        if status == 401 or status >= 500 or rule in ("R12", "R13", "R14", "R15"):
            wrong.append(line)
    assert not wrong, wrong
    assert all(shown[who] >= 100 for who, _, _ in READERS), shown


if __name__ == "__main__":
    atexit.unregister(tell)
    main()
