"""What is wrong, said once: a stable word, the entry, the place in a file, and the reason."""


class Fault(Exception):
    """A fault found; `code` is one of the words of README.md, and stays what it is."""

    def __init__(self, code, message, entry=None, offset=None):
        super().__init__(message)
        self.code, self.message, self.entry, self.offset = code, message, entry, offset

    def __str__(self):
        where = "" if self.entry is None else f"entry {self.entry}: "
        place = "" if self.offset is None else f" (byte {self.offset})"
        return f"{where}{self.message}{place}"

    def of(self, entry, offset=None):
        """The same fault, of this entry where none is named yet."""
        self.entry = entry if self.entry is None else self.entry
        self.offset = offset if self.offset is None else self.offset
        return self


class Usage(Exception):
    """What was given does not go together, or cannot be used."""


class Unreadable(Exception):
    """Nothing could be read, so nothing is known."""
