"""Which rules of admission this verifier asks again, and which it does not look at (specification, "Admission rules").

What it does not look at is right only as far as `credit-ledger audit` says so; every verdict about a ledger says which.
"""

# Every case of these is refused here as it is there.
WHOLLY = "L01 L03 L04 L05 L08 L09 L13 L23 L27 L29".split()
# Of these some cases: types of records alone (A02), which kinds have fields beside them (D15), entry 0's signature (L02),
# roles and who takes back what was said of a key (L06), auditing witnesses named twice (L14), what is corrected (L15),
# revocations and withdrawals (L16), orders twice (L19), numbers in the event itself (L22), orders' form (L26), the kind (L30).
IN_PART = "A02 D15 L02 L06 L14 L15 L16 L19 L22 L26 L30".split()
# Of these nothing: the catalogue, due process, the state of what an event refers to, the journal's requests.
NOT_LOOKED_AT = (
    "A01 A03 A04 A05 A06 A07 A08 A09 A10 A11 A12 A13 D01 D02 D03 D04 D05 D06 D07 D08 D09 D10 D11 D12 D13 D14"
    " L10 L11 L17 L18 L20 L24 L25 L28 L31 L32"
).split()


def said():
    """What a verdict about a ledger says of it."""
    return {"asked": WHOLLY, "asked_in_part": IN_PART, "not_looked_at": NOT_LOOKED_AT}
