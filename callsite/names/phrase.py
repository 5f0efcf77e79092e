"""The chains of names in one statement, each with what is done with it."""

from __future__ import annotations

from keyword import iskeyword

from callsite.names.tokens import Token
from callsite.names.use import Kind
from callsite.records import dataclass, field

# Words before a name that is bound and not read.
_BINDERS = frozenset(("as", "class", "def", "global", "nonlocal"))

# Words before names that are bound, and the token that ends those.
_LISTS = {"for": "in", "lambda": ":"}

_COMPARISONS = frozenset(("==", "!=", "<=", ">="))
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")


@dataclass(slots=True)
class Spoken:
    """A name that is read, with the attributes that follow it. `first` and `last` are the lines of all that counts, as
    in `Use`. `in_body` says that it stands behind the head of a function or class.
    """

    words: tuple[Token, ...]
    first: int
    last: int
    kind: Kind
    in_body: bool
    shape: str = ""

    @property
    def attributes(self) -> str:
        """The attributes, each behind its dot."""
        return "".join(f".{word.text}" for word in self.words[1:])


@dataclass(slots=True)
class _Bracket:
    """An open bracket, or the whole statement: what it calls, if anything, and what has been passed so far.

    `until` is the token that ends a list of names that are bound, "" outside of such lists.
    """

    call: Spoken | None = None
    is_fresh: bool = True
    until: str = ""
    positional: int = 0
    names: list[str] = field(default_factory=list)
    starred: set[str] = field(default_factory=set)

    def take(self, word: str, following: str) -> None:
        """Note the first token of something that is passed."""
        self.is_fresh = False
        if word in ("*", "**"):
            self.starred.add(word)
        elif following == "=":
            self.names.append(word)
        else:
            self.positional += 1

    def close(self, line: int) -> Spoken | None:
        """Note where the bracket ends. Gives back what it calls."""
        if self.call is not None:
            parts = ["_"] * self.positional + [f"{name}=" for name in sorted(self.names)] + sorted(self.starred)
            self.call.last = line
            self.call.shape = ", ".join(parts)
        return self.call


class Phrase:
    """A statement that imports nothing, read from left to right.

    `header` is `def`, `class`, `@` or "", `name` what a `def` or `class` defines, `parameters` what a `def` takes, and
    `spoken` the names that are read.
    """

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self.words = [token.text for token in tokens] + ["", ""]
        start = 1 if self.words[0] == "async" else 0
        self.header = self.words[start] if self.words[start] in ("def", "class", "@") else ""
        name = self.words[start + 1]
        self.name = name if self.header in ("def", "class") and name.isidentifier() else ""
        self.parameters: list[str] = []
        self.spoken: list[Spoken] = []
        self._at = 0
        self._brackets = [_Bracket()]
        self._in_head = bool(self.name)
        self._in_list = False  # of parameters or bases
        self._in_annotation = False
        self._lead = 0  # where the chain ends that the statement begins with
        while self._at < len(tokens):
            self._at = self._read(self.words[self._at])
        for bracket in self._brackets:
            bracket.close(tokens[-1].line)

    def _read(self, word: str) -> int:
        """Read the token at hand, and tell which one is next."""
        top = self._brackets[-1]
        if word == top.until:
            top.until = ""
            return self._at + 1
        if top.is_fresh and word not in _CLOSING:
            top.take(word, self.words[self._at + 1])
        if word.isidentifier():
            return self._read_name(word, top)
        if word in _OPENING:
            self._in_list = self._in_list or (word == "(" and self._in_head and not self._in_annotation)
            self._brackets.append(_Bracket())
        elif word in _CLOSING:
            self._close()
        else:
            self._read_mark(word, top)
        return self._at + 1

    def _read_name(self, name: str, top: _Bracket) -> int:
        words, at = self.words, self._at
        before = words[at - 1] if at else ""
        begins = before in ("(", ",")
        end = at + 1
        while words[end] == "." and words[end + 1].isidentifier():
            end += 2
        following = words[end]
        if at == 0:
            self._lead = end
        if self._is_listed and self.header == "def" and (begins or before in ("*", "**")):
            self.parameters.append(name)
        elif name in _LISTS:
            top.until = _LISTS[name]
        elif before != "." and not self._is_bound(before, following, begins, end == at + 1, top):
            kind = self._find_kind(following, begins)
            chain = self.tokens[at:end:2]
            in_body = bool(self.name) and not self._in_head
            spoken = Spoken(chain, chain[0].line, chain[-1].line, kind, in_body)
            self.spoken.append(spoken)
            if following == "(":
                self._brackets.append(_Bracket(spoken))
                end += 1
        return end

    @property
    def _is_listed(self) -> bool:
        """Whether the token at hand stands directly in the list of parameters or bases."""
        return self._in_list and len(self._brackets) == 2

    def _is_bound(self, before: str, following: str, begins: bool, is_bare: bool, top: _Bracket) -> bool:
        """Whether a name gets a value here, or names an argument, instead of being read."""
        if before in _BINDERS or (is_bare and (top.until or following == ":=")):
            return True
        if len(self._brackets) > 1:
            return following == "=" and begins
        return is_bare and following.endswith("=") and following not in _COMPARISONS and not self._in_annotation

    def _find_kind(self, following: str, begins: bool) -> Kind:
        if self.header == "@" and self._at == 1:
            return Kind.DECORATOR
        if following == "(":
            return Kind.CALL
        if self.header == "class" and self._is_listed and begins:
            return Kind.BASE
        return Kind.ANNOTATION if self._in_annotation else Kind.REFERENCE

    def _close(self) -> None:
        if len(self._brackets) > 1:
            call = self._brackets.pop().close(self.tokens[self._at].line)
            self._in_list = self._in_list and len(self._brackets) > 1
            if call is not None and call.kind is Kind.DECORATOR and self._at + 1 < len(self.tokens):
                call.kind = Kind.CALL  # `@a.b().c` decorates with what comes of the call

    def _read_mark(self, mark: str, top: _Bracket) -> None:
        """What commas, colons, equals signs and arrows say of the names behind them."""
        depth = len(self._brackets) - 1
        in_parameters = self._is_listed and self.header == "def"
        if mark == "," and not top.until:
            top.is_fresh = True
        if (mark == "=" and not depth) or (mark in (",", "=") and in_parameters):
            self._in_annotation = False
        elif mark == "->" or (mark == ":" and in_parameters):
            self._in_annotation = self._in_head
        elif mark == ":" and not depth:
            self._in_annotation = self._at == self._lead and not iskeyword(self.words[0])
            self._in_head = False
