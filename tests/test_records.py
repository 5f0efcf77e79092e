"""Data classes whose methods are written late do what the standard library's do."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import operator
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError
from functools import partial
from itertools import product
from types import ModuleType
from typing import Any

import pytest

from callsite import records
from callsite.records import dataclass, field, find_fields, replace

_CLASSES = '''
from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Generic, TypeVar

T = TypeVar("T")

@dataclass
class Plain:
    """Nothing is said of it."""
    a: int
    b: str = "b"

@dataclass(frozen=True)
class Frozen:
    """It has room for more than its fields."""
    a: int
    b: str = field(default="b", compare=False)
    @cached_property
    def both(self) -> str:
        return f"{self.a}{self.b}"

@dataclass(frozen=True, slots=True)
class Slotted:
    """The most usual."""
    known: ClassVar[int] = 3
    a: int
    b: str = "b"
    c: object = field(default=None, compare=False, repr=False)
    @property
    def twice(self) -> int:
        return 2 * self.a

@dataclass(slots=True)
class Filled:
    """With what is made for each."""
    a: int
    b: list[str] = field(default_factory=list)

@dataclass(frozen=True, slots=True, order=True)
class Ordered:
    """It can be sorted."""
    a: int
    b: str = "b"

@dataclass(eq=False)
class Own:
    """Each is equal to itself alone."""
    a: int
    b: str = "b"
    c: list[str] = field(default_factory=list)

@dataclass(frozen=True)
class Written:
    """It has methods of its own."""
    a: int
    b: str = "b"
    def __repr__(self) -> str:
        return "written"
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Written)
    def __hash__(self) -> int:
        return 1

@dataclass(frozen=True)
class General(Generic[T]):
    """It is of something."""
    a: T
    b: str = "b"

@dataclass(frozen=True, slots=True)
class Empty:
    """It has no fields."""

class Below(Slotted):
    """What is below one that is frozen has room of its own."""
'''
_ORDERS = (operator.lt, operator.le, operator.gt, operator.ge)
_NAMES = ("Plain", "Frozen", "Slotted", "Filled", "Ordered", "Own", "Written", "General")


def _make(module: ModuleType, name: str) -> ModuleType:
    """A module with these classes as a module makes them."""
    made = ModuleType(name)
    vars(made).update(dataclass=module.dataclass, field=module.field)
    sys.modules[name] = made  # where the standard library and pickles look for it
    exec(_CLASSES, vars(made))
    return made


@pytest.fixture
def ours() -> Iterator[ModuleType]:
    yield _make(records, "records_of_ours")
    del sys.modules["records_of_ours"]


@pytest.fixture
def theirs() -> Iterator[ModuleType]:
    yield _make(dataclasses, "records_of_theirs")
    del sys.modules["records_of_theirs"]


def _try(ask: Callable[[], Any]) -> Any:
    """What comes of it, an exception being the kind that it is."""
    try:
        return ask()
    except Exception as error:
        return type(error), str(error).replace("Frozen.", "").replace("Slotted.", "")


def _ask_all(module: ModuleType, name: str) -> list[Any]:
    """All that can be asked of a class."""
    cls = getattr(module, name)
    other = "of another kind"
    made = [cls(1), cls(1, "x"), cls(a=2), cls(1)]
    seen: list[Any] = [
        *(repr(each) for each in made),
        *(first == second for first, second in product([*made, other], repeat=2)),
        *(_try(partial(hash, each)) == _try(partial(hash, made[0])) for each in made),
        *(_try(partial(compare, *pair)) for pair in product([*made, other], repeat=2) for compare in _ORDERS),
        _try(lambda: setattr(made[0], "a", 5)),
        _try(lambda: delattr(made[1], "a")),
        made[0].a,
        _try(cls),
        _try(lambda: cls(1, 2, 3, 4)),
        _try(lambda: cls(1, z=2)),
        _try(lambda: str(cls.b)),
        cls.__match_args__,
        (cls.__name__, cls.__qualname__, cls.__doc__, cls.__module__[:10]),
        hasattr(made[0], "__dict__"),
        dataclasses.is_dataclass(cls),
        [(each.name, each.type, each.compare, each.repr) for each in dataclasses.fields(cls)],
        [each.default is dataclasses.MISSING or each.default for each in dataclasses.fields(cls)],
        [each.default_factory for each in dataclasses.fields(cls) if each.default_factory is not dataclasses.MISSING],
        dataclasses.asdict(made[2]),
        repr(dataclasses.replace(made[2], b="y")),
        repr(replace(made[2], b="y")),
        repr(copy.copy(made[2])),
        repr(copy.deepcopy(made[2])),
    ]
    return seen


@pytest.mark.parametrize("name", _NAMES)
def test_classes_are_those_of_the_standard_library(name: str, ours: ModuleType, theirs: ModuleType) -> None:
    told = zip(_ask_all(ours, name), _ask_all(theirs, name), strict=True)
    assert [(one, other) for one, other in told if one != other] == []


@pytest.mark.parametrize("name", ["Plain", "Frozen", "Slotted", "Filled", "Ordered", "General"])
def test_they_come_back_from_pickles(name: str, ours: ModuleType) -> None:
    value = getattr(ours, name)(1, "x")
    assert pickle.loads(pickle.dumps(value)) == value
    assert type(pickle.loads(pickle.dumps(value))) is type(value)


def test_fields_that_are_not_compared_come_back_too(ours: ModuleType) -> None:
    assert pickle.loads(pickle.dumps(ours.Slotted(1, "x", "kept"))).c == "kept"


def test_what_is_made_for_each_is_its_own(ours: ModuleType) -> None:
    first, second = ours.Filled(1), ours.Filled(1)
    first.b.append("x")
    assert (first.b, second.b) == (["x"], [])
    assert ours.Filled(1, ["y"]).b == ["y"]


def test_what_holds_itself_can_be_shown(ours: ModuleType, theirs: ModuleType) -> None:
    shown = []
    for module in (ours, theirs):
        held = module.Filled(1)
        held.b.append(held)
        shown.append(repr(held))
    assert shown[0] == shown[1] == "Filled(a=1, b=[...])"


@pytest.mark.parametrize("name", [*_NAMES, "Empty", "Below"])
def test_the_names_of_fields(name: str, ours: ModuleType, theirs: ModuleType) -> None:
    names = find_fields(getattr(theirs, name))
    assert find_fields(getattr(ours, name)) == names
    assert names == tuple(each.name for each in dataclasses.fields(getattr(ours, name)))
    assert find_fields(getattr(ours, name)) == names
    assert find_fields(str) is None


def test_a_class_without_fields(ours: ModuleType) -> None:
    assert ours.Empty() == ours.Empty()
    assert (repr(ours.Empty()), hash(ours.Empty())) == ("Empty()", hash(()))


def test_what_has_room_takes_what_is_worked_out(ours: ModuleType) -> None:
    assert ours.Frozen(1).both == "1b"
    assert (ours.Slotted.known, ours.Slotted(2).twice) == (3, 4)


def test_a_class_below_keeps_the_fields_and_has_others(ours: ModuleType) -> None:
    below = ours.Below(1)
    below.z = 5
    del below.z
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'a'"):
        below.a = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'a'"):
        del below.a
    assert (repr(below), below == ours.Slotted(1)) == ("Below(a=1, b='b')", False)


def test_what_is_frozen_takes_no_other_attribute(ours: ModuleType) -> None:
    for name in ("Frozen", "Slotted"):
        with pytest.raises(FrozenInstanceError, match="cannot assign to field 'z'"):
            getattr(ours, name)(1).z = 5


def test_a_default_that_all_would_share_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^\[\] would be shared by all; make it with `default_factory`$"):

        @dataclass
        class Shared:
            a: list[int] = []  # noqa: RUF012  # what is tried


def test_what_is_not_done_here_is_refused() -> None:
    with pytest.raises(TypeError, match="One needs `dataclasses`"):

        @records.dataclass
        class One:
            def __post_init__(self) -> None: ...

    @records.dataclass
    class Base:
        a: int = 1

    with pytest.raises(TypeError, match="Two needs `dataclasses`"):

        @records.dataclass
        class Two(Base):
            b: int = 1


def test_methods_are_written_when_they_are_called() -> None:
    @dataclass(frozen=True, slots=True)
    class Late:
        a: int = field(default=1)

    assert "a" not in inspect.signature(Late.__init__).parameters
    assert Late() == Late(1)
    assert list(inspect.signature(Late.__init__).parameters) == ["self", "a"]
    assert Late.__init__.__qualname__.endswith("Late.__init__")


@pytest.mark.untraced
def test_nothing_slow_is_imported_for_them() -> None:
    code = "import sys, callsite.records; print([name for name in ('dataclasses', 'inspect') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
