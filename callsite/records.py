"""Data classes whose methods are written when they are first called.

The standard library's `dataclass` writes, and compiles, all methods of a class when that is made: for most modules this
takes longer than all the rest of their import, and a run calls few of them. Classes that are made here are the same to
those who use them, the functions of `dataclasses` included, and to checkers of types, who see the standard library's.

What is not used in this project is not there: fields come from no other data class, and nothing is called after
`__init__`. What is frozen and has slots is pickled as a call with its fields, which is quicker to read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "find_fields", "replace"]

# Stands for a default that there is none of, or that is still to be made.
_NONE = object()

# Where the standard library looks for fields.
_FIELDS = "__dataclass_fields__"


class _Field:
    """What `field` says of one."""

    __slots__ = ("compare", "default", "default_factory", "repr")

    def __init__(
        self,
        *,
        default: Any = _NONE,
        default_factory: Any = _NONE,
        compare: bool = True,
        repr: bool = True,  # noqa: A002  # the standard library's name for it
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.compare = compare
        self.repr = repr


class _Shape:
    """What the methods of a class are written from: the class itself, its fields by name, whether it is frozen, and
    whether these have slots.
    """

    __slots__ = ("cls", "fields", "has_slots", "is_frozen")

    def __init__(self, fields: Mapping[str, _Field], is_frozen: bool, has_slots: bool) -> None:
        self.cls: type = object
        self.fields = fields
        self.is_frozen = is_frozen
        self.has_slots = has_slots

    def list_compared(self, owner: str) -> str:
        """The fields that comparing looks at, as a tuple in Python."""
        return _format_tuple(f"{owner}.{name}" for name, each in self.fields.items() if each.compare)


def _dataclass(
    cls: type | None = None, /, *, frozen: bool = False, slots: bool = False, eq: bool = True, order: bool = False
) -> Any:
    """What `dataclasses.dataclass` does, of whose options these are known."""

    def make(cls: type) -> type:
        return _make(cls, frozen, slots, eq, order)

    return make if cls is None else make(cls)


def _make(cls: type, frozen: bool, slots: bool, eq: bool, order: bool) -> type:
    own = dict(cls.__dict__)
    if "__post_init__" in own or any("__dataclass_fields__" in base.__dict__ for base in cls.__mro__[1:]):
        raise TypeError(f"{cls.__name__} needs `dataclasses`: it has a base with fields, or `__post_init__`")
    names = [name for name, kind in cls.__annotations__.items() if not kind.startswith("ClassVar")]
    fields = {name: _find_field(own.get(name, _NONE)) for name in names}
    shape = _Shape(fields, frozen, slots)
    methods: dict[str, Any] = {"__match_args__": tuple(names), _FIELDS: _Fields(shape)}
    wanted = ["__init__", "__repr__", *(("__eq__",) if eq else ()), *(_ORDERS if order else ())]
    if eq and frozen:
        wanted.append("__hash__")
    elif eq:
        methods["__hash__"] = None
    if frozen:
        methods.update(_refuse_changes(shape))
        wanted += ("__reduce__",) if slots else ()
    methods |= {name: _write_later(shape, name) for name in wanted if name not in own or own[name] is None}
    if slots:
        kept = {name: value for name, value in own.items() if name not in fields and name not in _NOT_KEPT}
        named = {"__slots__": tuple(names), "__qualname__": cls.__qualname__}
        shape.cls = type(cls)(cls.__name__, cls.__bases__, {**kept, **methods, **named})
        return shape.cls
    shape.cls = cls
    for name, each in fields.items():
        if each.default is not _NONE:
            setattr(cls, name, each.default)
        elif name in own:
            delattr(cls, name)
    for name, method in methods.items():
        setattr(cls, name, method)
    return cls


# What a class that is made anew has of its own.
_NOT_KEPT = ("__dict__", "__weakref__")


def _find_field(default: Any) -> _Field:
    found = default if isinstance(default, _Field) else _Field(default=default)
    if found.default.__class__.__hash__ is None:
        raise ValueError(f"{found.default!r} would be shared by all; make it with `default_factory`")
    return found


def _write_later(shape: _Shape, name: str) -> Callable[..., Any]:
    """A method that writes the one of this name, puts it in its own place, and calls it."""

    def call(*args: Any, **kwargs: Any) -> Any:
        method = _WRITERS[name](shape)
        method.__qualname__ = f"{shape.cls.__qualname__}.{name}"
        setattr(shape.cls, name, method)
        return method(*args, **kwargs)

    return call


def _compile(head: str, rows: Iterable[str], known: Mapping[str, Any]) -> Any:
    """The function that is written so."""
    space = dict(known)
    exec("\n ".join((f"def method({head}):", *rows)), space)  # noqa: S102  # names of fields, and nothing else
    return space["method"]


def _write_init(shape: _Shape) -> Any:
    known: dict[str, Any] = {"_put": object.__setattr__, "_NONE": _NONE}
    heads, rows = ["self"], ["pass"]
    for each, told in shape.fields.items():
        value = each
        if told.default_factory is not _NONE:
            known[f"_make_{each}"] = told.default_factory
            heads.append(f"{each}=_NONE")
            value = f"_make_{each}() if {each} is _NONE else {each}"
        elif told.default is not _NONE:
            known[f"_default_{each}"] = told.default
            heads.append(f"{each}=_default_{each}")
        else:
            heads.append(each)
        if shape.is_frozen and shape.has_slots:  # whose own way in is the quickest
            known[f"_put_{each}"] = shape.cls.__dict__[each].__set__
            rows.append(f"_put_{each}(self, {value})")
        else:
            rows.append(f"_put(self, {each!r}, {value})" if shape.is_frozen else f"self.{each} = {value}")
    return _compile(", ".join(heads), rows, known)


def _write_repr(shape: _Shape) -> Any:
    shown = ", ".join(f"{each}={{self.{each}!r}}" for each, told in shape.fields.items() if told.repr)
    return recursive_repr()(_compile("self", [f'return f"{{self.__class__.__qualname__}}({shown})"'], {}))


def _write_hash(shape: _Shape) -> Any:
    return _compile("self", [f"return hash({shape.list_compared('self')})"], {})


def _write_reduce(shape: _Shape) -> Any:
    values = _format_tuple(f"self.{each}" for each in shape.fields)
    return _compile("self", [f"return self.__class__, {values}"], {})


def _write_comparing(sign: str, shape: _Shape) -> Any:
    both = f"{shape.list_compared('self')} {sign} {shape.list_compared('other')}"
    row = f"return {both} if other.__class__ is self.__class__ else NotImplemented"
    return _compile("self, other", [row], {})


_ORDERS = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}
_WRITERS: Mapping[str, Callable[[_Shape], Any]] = {
    "__init__": _write_init,
    "__repr__": _write_repr,
    "__eq__": partial(_write_comparing, "=="),
    "__hash__": _write_hash,
    "__reduce__": _write_reduce,
    **{name: partial(_write_comparing, sign) for name, sign in _ORDERS.items()},
}


def _format_tuple(parts: Iterable[str]) -> str:
    return f"({''.join(f'{part}, ' for part in parts)})"


def _refuse_changes(shape: _Shape) -> dict[str, Callable[..., None]]:
    """What keeps the fields of a class as they are; a class below it may have others."""

    def refuse(value: object, name: str, what: str) -> None:
        if type(value) is shape.cls or name in shape.fields:
            from dataclasses import FrozenInstanceError  # noqa: PLC0415  # who sees this, waits for it

            raise FrozenInstanceError(f"cannot {what} field {name!r}")

    def put(self: object, name: str, value: object) -> None:
        refuse(self, name, "assign to")
        object.__setattr__(self, name, value)

    def remove(self: object, name: str) -> None:
        refuse(self, name, "delete")
        object.__delattr__(self, name)

    return {"__setattr__": put, "__delattr__": remove}


class _Fields:
    """The fields as the functions of `dataclasses` want them, made when one is asked."""

    __slots__ = ("_shape",)

    def __init__(self, shape: _Shape) -> None:
        self._shape = shape

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._shape.fields)

    def __get__(self, value: object, owner: type) -> Any:
        import dataclasses  # noqa: PLC0415  # with `inspect`, which nothing else that is quick imports

        cls, listed = self._shape.cls, []
        for name, told in self._shape.fields.items():
            options: dict[str, Any] = {"compare": told.compare, "repr": told.repr}
            if told.default is not _NONE:
                options["default"] = told.default
            elif told.default_factory is not _NONE:
                options["default_factory"] = told.default_factory
            listed.append((name, cls.__annotations__[name], dataclasses.field(**options)))
        fields = dataclasses.fields(dataclasses.make_dataclass(cls.__name__, listed))
        cls.__dataclass_fields__ = found = {each.name: each for each in fields}  # type: ignore[attr-defined]  # as there
        return found


def find_fields(cls: type) -> tuple[str, ...] | None:
    """The names of the fields of a data class, made here or elsewhere; None when a class is none."""
    told = next((vars(each)[_FIELDS] for each in cls.__mro__ if _FIELDS in vars(each)), None)
    if told is None:
        return None
    if isinstance(told, _Fields):
        return told.names
    from dataclasses import fields  # noqa: PLC0415  # who has made it there has imported this

    return tuple(each.name for each in fields(cls))


def _replace(value: Any, /, **changes: Any) -> Any:
    """What `dataclasses.replace` does."""
    given = {name: getattr(value, name) for name in value.__match_args__ if name not in changes}
    return value.__class__(**given, **changes)


if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    dataclass, field, replace = _dataclass, _Field, _replace
