"""Auditing witnesses: whose cosignature says that everything below it was opened and admitted (specification, "Erasure", L29)."""

import keys
from fault import Fault
from notes import COSIGNER, LOG, Vkey, key_id, signed_checkpoint

MOST, MAX_NOTE = 8, 4_096


class Auditors:
    """Those that are named, as the log goes on."""

    def __init__(self):
        self.named = []

    def name(self, event):
        """Takes in who they are from now on."""
        texts = event["body"]["auditors"]
        try:
            named = [Vkey.parse(text, COSIGNER) for text in texts]
        except ValueError as error:
            raise Fault("layout", f"event: an auditing witness: {error}") from None
        if len(named) > MOST or event["subject"] != "ledger":
            raise Fault("layout", f"up to {MOST} keys of witnesses, about the ledger")
        if len({key.key for key in named}) != len(named):
            raise Fault("key", "an auditing witness is named twice (L14)")
        for key in named:
            if not keys.is_torsion_free(key.key):
                raise Fault("key", f"key {key.key.hex()} has a part of small order (L13)")
        self.named = named

    def before_erasure(self, note, least, most, people, root_at):
        """L29: what is erased lies below a checkpoint that one of them cosigned, of this very log."""
        if not self.named and note is None:
            return
        if not self.named or note is None or len(note) > MAX_NOTE:
            raise Fault("erasure", "a cosigned checkpoint exactly where auditing witnesses are named (L29)")
        operator = Vkey(people.origin, key_id(people.origin, bytes([LOG]) + people.operator), LOG, people.operator)
        try:
            cosigned, checkpoint = signed_checkpoint(note.encode(), operator)
            by = [key for key, _ in cosigned.signed_by(self.named)]
        except Fault as fault:
            raise Fault("erasure", f"cosigned: {fault.message} (L29)") from None
        if not by or checkpoint.origin != people.origin or not least <= checkpoint.size <= most:
            raise Fault("erasure", f"a checkpoint over {least} to {most} entries that an auditing witness cosigned (L29)")
        if root_at(checkpoint.size) != checkpoint.root:
            raise Fault("erasure", f"the cosigned checkpoint over {checkpoint.size} entries is of another history (L29)")
