"""Whole logs behind a URL, right or not, read by both verifiers: tiles and checkpoints, plain or packed, from a static host."""

import concurrent.futures
import gzip
import http.server
import json
import subprocess
import threading

import making as m
from changing import of_bytes, of_text

import ledger  # noqa: E402  (of the independent verifier, whose folder `making` has put on the path)
import notes  # noqa: E402
from fault import Fault, Unreadable, Usage  # noqa: E402
from source import Url  # noqa: E402


class Log:
    """The ledger that the vectors build on, as anybody sees it."""

    def __init__(self):
        case = json.loads((m.ROOT / "ledger-spec/vectors/ledger/base.json").read_text())
        self.entries = [bytes.fromhex(entry) for entry in case["accepted"]["entries"]]
        named = ledger.operator_key(self.entries[0])
        keys = (m.Key(named.name, bytes([seed]) * 32) for seed in range(256))
        self.operator = next(key for key in keys if key.public == named.key)

    def files(self, entries, text=None, signer=None):
        """What a site of these entries serves, signed as they are."""
        leaves = [m.tree.leaf(entry) for entry in entries]
        text = text or m.checkpoint_text(leaves, self.operator.name)
        note = text + "\n" + (signer or self.operator).line(text)
        bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
        width = f".p/{len(entries)}"
        tiles = {f"tile/entries/000{width}": bundle, f"tile/0/000{width}": b"".join(leaves)}
        return {"checkpoint": note.encode("utf-8", "surrogatepass"), **tiles}


class Sites:
    """Draws sites, each as (kind of change, files, how each is sent)."""

    def __init__(self, rng):
        self.rng, self.log = rng, Log()

    def next(self):
        """The next site: paths to (bytes, content encoding)."""
        rng, log = self.rng, self.log
        draws = ["right", "packed", "packed", "held packed", "broken packing", "bytes", "bytes", "entry", "entry", "entries", "text"]
        draw = rng.choice(draws)
        files = log.files(log.entries)
        if draw == "bytes":
            path = rng.choice(list(files))
            kind, files[path] = of_bytes(rng, files[path], rng.choice(log.entries))
            draw = f"{path.split('/')[0]}: {kind}"
        elif draw == "entry":
            at, entries = rng.randrange(len(log.entries)), list(log.entries)
            kind, entries[at] = of_bytes(rng, entries[at], rng.choice(log.entries))
            files, draw = log.files([entry[:65_535] for entry in entries]), f"entry, signed anew: {kind}"
        elif draw == "entries":
            entries, at, other = list(log.entries), rng.randrange(len(log.entries)), rng.randrange(len(log.entries))
            change = rng.randrange(4)
            if change == 0:
                entries[at], entries[other] = entries[other], entries[at]
            elif change == 1:
                del entries[at]
            elif change == 2:
                entries.insert(at, entries[other])
            else:
                del entries[at:]
            files = log.files(entries, signer=rng.choice([None, None, m.STRANGER])) if entries else {"checkpoint": b""}
        elif draw == "text":
            text = m.checkpoint_text([m.tree.leaf(entry) for entry in log.entries], log.operator.name)
            files = log.files(log.entries, of_text(rng, text, ["11", "13", m.b64(m.tree.EMPTY)])[1])
        sent = {path: (data, None) for path, data in files.items()}
        for path in list(sent):
            self._pack(draw, sent, path)
        return f"site: {draw}", sent

    def _pack(self, draw, sent, path):
        rng, (data, _) = self.rng, sent[path]
        packed = gzip.compress(data, mtime=0)
        if draw == "packed" and rng.randrange(3):
            # Now and then in two members.
            halves = gzip.compress(data[:7], mtime=0) + gzip.compress(data[7:], mtime=0)
            sent[path] = rng.choice([(packed, "gzip"), (packed, "gzip"), (halves, "gzip"), (packed, "GZIP")])
        elif draw == "held packed" and path != "checkpoint" and rng.randrange(3):
            del sent[path]
            sent[f"{path}.gz"] = (packed, None)
        elif draw == "broken packing" and path != "checkpoint" and rng.randrange(2):
            much = gzip.compress(bytes(20_000_000))
            broken = rng.choice([packed[:-5], packed[:-9], data, b"", packed + b"x", of_bytes(rng, packed)[1], much])
            if rng.randrange(2):
                del sent[path]
                sent[f"{path}.gz"] = (broken, None)
            else:
                sent[path] = (broken, "gzip")


class Host(http.server.ThreadingHTTPServer):
    """Serves sites, each under a folder of its number."""

    daemon_threads = True

    def __init__(self, sites):
        self.sites = sites
        super().__init__(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, at):
        return f"http://127.0.0.1:{self.server_address[1]}/{at}"


class Answer(http.server.BaseHTTPRequestHandler):
    """One request: what there is, as it is held."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        at, _, path = self.path.lstrip("/").partition("/")
        data, encoding = self.server.sites[int(at)][1].get(path, (None, None))
        self.send_response(404 if data is None else 200)
        if encoding:
            self.send_header("content-encoding", encoding)
        self.send_header("content-length", str(len(data or b"")))
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, *_):
        pass


def both(program, rng, count):
    """So many sites, each audited by both: (kind, files, ours, theirs), each verdict with its reason."""
    sites = Sites(rng)
    drawn = [sites.next() for _ in range(count)]
    host, vkey = Host(drawn), sites.log.operator.vkey()

    def ours(at):
        ran = subprocess.run([program, "audit", "--url", host.url(at), "--vkey", vkey], capture_output=True, text=True)
        if ran.returncode not in (0, 1, 3) or "panicked" in ran.stderr:
            raise SystemExit(f"{drawn[at][0]}: exit code {ran.returncode}: {ran.stderr}")
        return {"right": ran.returncode == 0, "fault": ran.stderr.strip()}

    def theirs(at):
        try:
            return ledger.verify(Url(host.url(at)), notes.Vkey.parse(vkey, notes.LOG), lambda *_: None)
        except (Fault, Unreadable, Usage) as fault:
            return {"right": False, "fault": str(fault)}

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda at: (ours(at), theirs(at)), range(count)))
    host.shutdown()
    return [(kind, files, *pair) for (kind, files), pair in zip(drawn, found)]
