"""Whose cosignatures a checkpoint needs (specification, "Cosignatures and policies"; C2SP tlog-policy)."""

import re

from fault import Fault
from notes import COSIGNER, LOG, Vkey
from text import decimal, lines

MOST = 63


class Policy:
    """A policy that was read, and is consistent."""

    def __init__(self, data):
        self.logs, self.witnesses, self.members, self.quorum, self.taken = [], {}, {"none": None}, [], set()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Fault("policy", "policy: is not UTF-8") from None
        for at, line in enumerate(lines(text), 1):
            try:
                self._line(re.split("[ \t]+", line.strip(" \t")))
            except ValueError as error:
                raise Fault("policy", f"policy: line {at}: {error}") from None
        if len(self.quorum) != 1:
            raise Fault("policy", f"policy: {len(self.quorum)} quorum lines where one is expected")

    def _line(self, words):
        match words:
            case [""]:
                return
            case [first, *_] if first.startswith("#"):
                return
            case ["log", key] | ["log", key, _]:
                self.logs.append(self._new(Vkey.parse(key, LOG)))
            case ["witness", name, key] | ["witness", name, key, _]:
                self._define(name, self._new(Vkey.parse(key, COSIGNER)))
                self.witnesses[name] = self.members[name]
            case ["group", name, least, first, *more]:
                self._group(name, least, [first, *more])
            case ["quorum", name] if not self.quorum:
                if name not in self.members:
                    raise ValueError(f"{name!r} is not defined above")
                self.quorum.append(name)
            case _:
                raise ValueError("no line of a policy")
        if max(len(self.logs), len(self.witnesses), len(self.members) - 1 - len(self.witnesses)) > MOST:
            raise ValueError(f"more than {MOST} of a sort")

    def _new(self, key):
        if any(key.key == known.key for known in [*self.logs, *self.witnesses.values()]):
            raise ValueError("a public key stands there twice")
        return key

    def _define(self, name, member):
        if name in self.members:
            raise ValueError(f"name {name!r} is taken")
        self.members[name] = member

    def _group(self, name, least, members):
        for member in members:
            if member == "none" or member not in self.members or member in self.taken:
                raise ValueError(f"{member!r} is not defined above, or a member already")
            self.taken.add(member)
        number = {"any": 1, "all": len(members)}.get(least) or decimal(least)
        if not 1 <= number <= len(members):
            raise ValueError(f"{least} of {len(members)}")
        self._define(name, (number, members))

    def met_by(self, note, operator):
        """Who of the policy's witnesses cosigned a checkpoint that this operator's key signed, and when; or what is lacking."""
        if self.logs and operator not in self.logs:
            raise Fault("policy", "the policy is for other logs")
        # The operator is no witness of itself.
        witnesses = {name: key for name, key in self.witnesses.items() if key.key != operator.key}
        signed = dict(note.signed_by(list(witnesses.values())))
        found = {name: signed[key] for name, key in witnesses.items() if key in signed}
        (quorum,) = self.quorum
        if quorum != "none" and not self._holds(quorum, found):
            raise Fault("policy", f"the policy is not met: cosigned by {list(found)}")
        return list(found.items())

    def _holds(self, name, found):
        member = self.members[name]
        if not isinstance(member, tuple):
            return name in found
        least, members = member
        return sum(self._holds(one, found) for one in members) >= least
