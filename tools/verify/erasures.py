"""What was ordered to be erased, and what is (specification, "Erasure")."""

import auditing
import sealed
from fault import Fault

MOST_PLACE = 63


class Order:
    """An order that is not carried out: what it names are entries, and (entry, place) of fields."""

    def __init__(self, entry, event, named):
        self.id, self.subject, self.named, self.recorded_at = event["id"], event["subject"], named, entry.recorded_at
        self.signers = [key for key, _ in entry.signatures]


class Erasures:
    """Orders, the ledger's word, and what was met of which only the links are left."""

    def __init__(self, opened, people, root_at):
        self.opened, self.people, self.auditors, self.root_at = opened, people, auditing.Auditors(), root_at
        self.ordered, self.erased, self.passed, self.ids = {}, set(), {}, {}
        self.fields, self.erased_fields = set(), set()
        self.waiting, self.holds, self.unseen = [], set(), {}

    def admit(self, entry, event):
        """Takes in an event, or raises what is wrong with it."""
        kind, body = event["kind"], event["body"]
        for name in self.people.names_of(event["subject"]):
            known = self.ids.get((name, event["id"]))
            if known is not None and known in self.erased:
                raise Fault("replay", f"the event stood in entry {known} and is erased")
        if kind == "erasure.ordered":
            self._order(entry, event)
        elif kind == "erasure.withdrawn":
            self._withdraw(event["subject"], body["order"])
        elif kind == "hold.placed":
            self.holds.add((event["subject"], event["id"]))
        elif kind == "hold.released":
            self.holds.discard((event["subject"], body["hold"]))
        elif kind == "ledger.auditors_named":
            self.auditors.name(event)
        elif kind == "ledger.erased":
            self._erase(entry.index, body)

    def _order(self, entry, event):
        body = event["body"]
        events, indexes = body.get("events", []), body.get("entries", [])
        if len(events) != len(indexes) or indexes != sorted(set(indexes)):
            raise Fault("layout", "as many events as entries, which ascend (L26)")
        fields = _fields(body)
        for index in [*indexes, *(entry for entry, _ in fields)]:
            if index in self.ordered:
                raise Fault("erasure", f"the erasure of entry {index} is ordered twice (L19)")
        for event_id, index in zip(events, indexes):
            self.ordered[index] = (event["subject"], event_id)
            self.ids[event["subject"], event_id] = index
        if self.fields & set(fields):
            raise Fault("erasure", "the erasure of a field is ordered twice (L19)")
        self.fields |= set(fields)
        self.waiting.append(Order(entry, event, {*indexes, *fields}))

    def _withdraw(self, subject, order_id):
        taken = [order for order in self.waiting if (order.subject, order.id) == (subject, order_id)]
        if not taken:
            raise Fault("erasure", f"{order_id} is no order that is not carried out yet (L16)")
        self.waiting.remove(taken[0])
        self.fields -= taken[0].named
        for index in [one for one in taken[0].named if isinstance(one, int)]:
            self.ids.pop(self.ordered.pop(index), None)

    def _erase(self, at, body):
        indexes, fields = body.get("entries", []), _fields(body)
        named = {*indexes, *fields}
        entries = [*indexes, *(entry for entry, _ in fields)]
        if indexes != sorted(set(indexes)) or not named or max(entries) >= at:
            raise Fault("erasure", "names entries before it, ascending (L27)")
        if self.erased & set(entries) or self.erased_fields & set(fields):
            raise Fault("erasure", "names what is erased (L27)")
        self.auditors.before_erasure(body.get("cosigned"), max(entries) + 1, at, self.people, self.root_at)
        held, whole = {name for subject, _ in self.holds for name in self.people.names_of(subject)}, set()
        for order in self.waiting:
            if order.subject in held or self.people.was_compromised(order.signers, order.recorded_at):
                continue
            if order.named <= named:
                whole |= order.named
            elif not self._may_have_been_held(order.subject, named):
                break
        if self.opened and whole != named:
            raise Fault("erasure", f"says that {indexes} {fields} are erased, which are not whole orders whose turn it is (L27)")
        self.erased |= set(indexes)
        self.erased_fields |= set(fields)
        self.waiting = [order for order in self.waiting if not all(map(self._is_gone, order.named))]

    def _is_gone(self, one):
        return one in self.erased if isinstance(one, int) else one in self.erased_fields or one[0] in self.erased

    def _may_have_been_held(self, subject, named):
        """Whether something of the subject, unseen by now, outlived this erasure: a hold goes with its release, later."""
        unseen = [self.unseen.get(sealed.tag_of(name), set()) for name in self.people.names_of(subject)]
        return bool(set().union(*unseen) - named - self.erased)

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


def _fields(body):
    """Single fields, each as its entry and its place in `private`."""
    fields, last = [], -1
    for one in body.get("fields", []):
        entry, places = one["entry"], one["places"]
        if entry <= last or not places or places != sorted(set(places)) or not 0 <= places[0] <= places[-1] <= MOST_PLACE:
            raise Fault("layout", "fields by ascending entries, their places ascending from 0 to 63")
        last = entry
        fields += [(entry, place) for place in places]
    return fields
