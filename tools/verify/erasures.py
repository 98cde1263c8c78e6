"""What was ordered to be erased, and what is (specification, "Erasure")."""

import sealed
from fault import Fault


class Erasures:
    """Orders, the ledger's word, and what was met of which only the links are left."""

    def __init__(self, opened):
        self.opened, self.ordered, self.erased, self.passed, self.ids = opened, {}, set(), {}, {}
        self.waiting, self.holds, self.unseen = [], {}, {}

    def admit(self, entry, event):
        """Takes in an event, or raises what is wrong with it."""
        known = self.ids.get((event["subject"], event["id"]))
        if known is not None and known in self.erased:
            raise Fault("replay", f"the event stood in entry {known} and is erased")
        if event["kind"] == "erasure.ordered":
            body = event["body"]
            events, indexes = body["events"], body["entries"]
            if len(events) != len(indexes) or indexes != sorted(set(indexes)):
                raise Fault("layout", "as many events as entries, which ascend (L26)")
            for event_id, index in zip(events, indexes):
                if index in self.ordered:
                    raise Fault("erasure", f"the erasure of entry {index} is ordered twice (L19)")
                self.ordered[index] = (event["subject"], event_id)
                self.ids[event["subject"], event_id] = index
            self.waiting.append((event["subject"], indexes))
        elif event["kind"] == "hold.placed":
            self.holds[event["id"]] = event["subject"]
        elif event["kind"] == "hold.released":
            self.holds.pop(event["body"]["hold"], None)
        elif event["kind"] == "ledger.erased":
            self._erase(entry.index, event["body"]["entries"])

    def _erase(self, at, indexes):
        if indexes != sorted(set(indexes)) or indexes[-1] >= at or self.erased & set(indexes):
            raise Fault("erasure", "names entries before it, ascending, none that is erased (L27)")
        held, whole = set(self.holds.values()), set()
        for subject, order in self.waiting:
            if subject in held:
                continue
            if set(order) <= set(indexes):
                whole |= set(order)
            elif not self._may_have_been_held(subject, set(indexes)):
                break
        if self.opened and whole != set(indexes):
            raise Fault("erasure", f"says that {indexes} are erased, of which {sorted(whole)} are whole orders whose turn it is (L27)")
        self.erased |= set(indexes)
        self.waiting = [(subject, order) for subject, order in self.waiting if set(order) - self.erased]

    def _may_have_been_held(self, subject, named):
        """Whether something of the subject, unseen by now, outlived this erasure: a hold goes with its release, later."""
        return bool(self.unseen.get(sealed.tag_of(subject), set()) - named - self.erased)

    def pass_by(self, index, opening):
        """Takes in what is left of an entry."""
        self.passed[index] = opening
        self.unseen.setdefault(opening.links[1].tag, set()).add(index)

    def judge(self):
        """At the end: the log says of all that is erased that it is, and of nothing else; an order names each."""
        for index, opening in sorted(self.passed.items()):
            if index not in self.erased or index not in self.ordered:
                raise Fault("erasure", "nothing is left of it, and the ledger does not say that it is erased", index)
            subject, event_id = self.ordered[index]
            link = opening.links[1]
            if (link.tag, link.event) != (sealed.tag_of(subject), event_id):
                raise Fault("erasure", f"an order names {event_id} there; what is left is of {link.event}", index)
        if self.opened:
            for index in sorted(self.erased - set(self.passed)):
                raise Fault("erasure", "the ledger says that it is erased, and something opens it", index)
