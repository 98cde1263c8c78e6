"""Ed25519 as the specification has it ("Keys and signatures"): strict about keys, R and S.

The equation itself is `cryptography`'s; which encodings may stand in it is decided here.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
# The reduced y of the eight points whose order divides 8, each for both signs of x.
SMALL_ORDER = {
    0,
    1,
    P - 1,
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
}
D = -121665 * pow(121666, P - 2, P) % P
NEUTRAL = (0, 1, 1, 0)


def _y(point):
    return int.from_bytes(point, "little") & ((1 << 255) - 1)


def is_strict(point):
    """Whether 32 bytes are the only encoding of their y, and not of small order."""
    y = _y(point)
    return y < P and y not in SMALL_ORDER


def _is_on_curve(point):
    y = _y(point)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    square = u * pow(v, P - 2, P) % P
    return square == 0 or pow(square, (P - 1) // 2, P) == 1


def _point(key):
    """The point of an encoding that was accepted, as (X, Y, Z, T) of RFC 8032 §5.1.4."""
    y = _y(key)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x & 1 != key[31] >> 7:
        x = P - x
    return x, y, 1, x * y % P


def _sum(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * D * p[3] * q[3], 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


@lru_cache(maxsize=65_536)
def is_torsion_free(key):
    """Whether a key that was accepted is of the group of prime order: L times it is the neutral point. Such are
    the keys that may be enrolled (L13); asked there alone, since it costs some milliseconds."""
    found, point = NEUTRAL, _point(key)
    for bit in f"{L:b}":
        found = _sum(found, found)
        if bit == "1":
            found = _sum(found, point)
    return found[0] == 0 and found[1] == found[2]


@lru_cache(maxsize=65_536)
def public_key(key):
    """The key of 32 bytes."""
    if len(key) != 32 or not is_strict(key) or not _is_on_curve(key):
        raise ValueError(f"key {key.hex()} is no point that is accepted")
    return Ed25519PublicKey.from_public_bytes(key)


def verifies(key, message, signature):
    """Whether a strict verifier takes a signature. `key` is 32 bytes that were accepted."""
    if len(signature) != 64 or not is_strict(signature[:32]):
        return False
    if int.from_bytes(signature[32:], "little") >= L:
        return False
    try:
        public_key(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True
