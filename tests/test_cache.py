"""What a build has worked out, kept for the next one: whatever happens to the file, no record is ever wrong."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsite.cache import Cache, find_key, name_cache
from callsite.forking import work_side_by_side

RECORDS = {find_key("one"): b"first", find_key("two"): b"", find_key("three"): b"\0\xff" * 20}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".cache" / "build" / "site.pages"


@contextmanager
def opened(path: Path | None) -> Iterator[Cache]:
    cache = Cache(path)
    try:
        yield cache
    finally:
        cache.close()


def fill(path: Path, records: dict[bytes, bytes]) -> None:
    """A build that keeps records, and has used none of those before."""
    with opened(path) as cache:
        for key, data in records.items():
            cache.keep(key, data)
        cache.commit()


def read(path: Path, keys: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """What a build finds of some records, and it ends without a word."""
    with opened(path) as cache:
        found = {key: data for key in keys if (data := cache.find(key)) is not None}
        for key in keys:
            assert cache.has(key) == (key in found)
    return found


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def test_records_come_back_in_the_next_build(path: Path) -> None:
    fill(path, RECORDS)
    assert read(path, RECORDS) == RECORDS
    assert names(path) == [".gitignore", "site.pages"]


def test_records_of_this_build_can_be_asked_for_at_once(path: Path) -> None:
    with opened(path) as cache:
        for key, data in RECORDS.items():
            assert cache.find(key) is None
            assert not cache.has(key)
            cache.keep(key, data)
            assert cache.has(key)
        assert [cache.find(key) for key in RECORDS] == list(RECORDS.values())


def test_the_last_of_two_records_with_one_key_counts(path: Path) -> None:
    key = find_key("one")
    fill(path, {key: b"old"})
    with opened(path) as cache:
        cache.keep(key, b"new")
        assert cache.find(key) == b"new"
        cache.keep(key, b"newer")
        cache.commit()
    assert read(path, {key: b""}) == {key: b"newer"}


def test_what_a_build_has_not_used_is_gone_after_it(path: Path) -> None:
    fill(path, RECORDS)
    first, second, third = RECORDS
    with opened(path) as cache:
        assert cache.find(first)
        assert cache.has(second)  # to ask whether it is there is no use of it
        cache.keep(find_key("four"), b"4")
        cache.commit()
    assert read(path, {**RECORDS, find_key("four"): b""}) == {first: b"first", find_key("four"): b"4"}
    assert third.hex().encode() not in path.read_bytes()


def test_the_file_does_not_grow_from_build_to_build(path: Path) -> None:
    fill(path, RECORDS)
    size = path.stat().st_size
    for _ in range(3):
        with opened(path) as cache:
            assert {key: cache.find(key) for key in RECORDS} == RECORDS
            cache.commit()
        assert path.stat().st_size == size


def test_a_record_that_is_let_go_of_is_gone(path: Path) -> None:
    fill(path, RECORDS)
    with opened(path) as cache:
        assert {key: cache.find(key) for key in RECORDS} == RECORDS
        for key in (find_key("one"), find_key("one"), find_key("never there")):
            cache.forget(key)
            assert not cache.has(key)
            assert cache.find(key) is None
        cache.commit()
    assert read(path, RECORDS) == {key: data for key, data in RECORDS.items() if key != find_key("one")}


def test_a_build_that_comes_to_no_end_changes_nothing(path: Path) -> None:
    fill(path, RECORDS)
    before = path.read_bytes()
    with opened(path) as cache:
        cache.keep(find_key("four"), b"4")
    assert path.read_bytes() == before
    assert names(path) == [".gitignore", "site.pages"]


def test_closing_twice_is_fine_and_closes_nobody_elses_file(path: Path) -> None:
    cache = Cache(path)
    cache.commit()
    cache.close()
    with (path.parent / "other").open("w") as other:  # it gets the number that the cache has left
        cache.close()
        other.write("still open")
    assert (path.parent / "other").read_text() == "still open"


def test_no_descriptor_stays_open(path: Path) -> None:
    fill(path, RECORDS)
    before = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else set()
    for target in (path, None):
        with opened(target) as cache:
            cache.keep(find_key("x"), b"x")
            cache.commit()
    after = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else set()
    assert len(after) <= len(before)


def test_without_a_file_records_end_with_the_process() -> None:
    with opened(None) as cache:
        cache.keep(find_key("one"), b"first")
        assert cache.find(find_key("one")) == b"first"
        cache.commit()
    with opened(None) as cache:
        assert cache.find(find_key("one")) is None


def test_copies_of_the_process_read_what_there_was(path: Path) -> None:
    fill(path, {find_key("old"): b"old"})
    with opened(path) as cache:
        cache.keep(find_key("new"), b"new")
        keys = [find_key("old"), find_key("new"), find_key("none")] * 20
        assert list(work_side_by_side(cache.find, keys, 2)) == [b"old", b"new", None] * 20


# Keys ---------------------------------------------------------------------------------------------------------------


@given(st.lists(st.text(max_size=4) | st.binary(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
@example(["a", "b"], ["ab"])
@example(["", "a"], ["a", ""])
@example(["a"], ["a", ""])
def test_parts_make_a_key_of_their_own(one: list[str | bytes], other: list[str]) -> None:
    first, second = ([part.encode() if isinstance(part, str) else part for part in parts] for parts in (one, other))
    assert (find_key(*one) == find_key(*other)) == (first == second)


def test_text_that_no_encoding_has_makes_a_key() -> None:
    assert find_key("\udcff") != find_key("\udcfe")
    assert find_key("é") == find_key("é".encode())


def test_builds_of_other_outputs_have_files_of_their_own(tmp_path: Path) -> None:
    assert name_cache(tmp_path, "output").parent == tmp_path
    assert name_cache(tmp_path, "output") == name_cache(tmp_path, "output") != name_cache(tmp_path, "public")


# Damage -------------------------------------------------------------------------------------------------------------


def test_a_file_that_is_cut_off_has_no_records(path: Path) -> None:
    fill(path, RECORDS)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert read(path, RECORDS) == {}


def test_a_wrong_byte_costs_a_record_or_all_of_them_and_changes_none(path: Path) -> None:
    fill(path, RECORDS)
    whole = bytearray(path.read_bytes())
    for at in range(len(whole)):
        for wrong in (0x01, 0x80, 0xFF):
            whole[at] ^= wrong
            path.write_bytes(whole)
            whole[at] ^= wrong
            found = read(path, RECORDS)
            assert found.items() <= RECORDS.items()
            assert len(found) in {0, len(RECORDS) - 1}


@given(
    st.dictionaries(st.binary(min_size=16, max_size=16), st.binary(max_size=50), max_size=5),
    st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=40), st.integers(0, 40)), min_size=1, max_size=3),
)
def test_whatever_is_done_to_a_file_no_record_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, records: dict[bytes, bytes], changes: list[tuple[int, bytes, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "law of the cache" / "site.pages"
    path.unlink(missing_ok=True)
    fill(path, records)
    data = path.read_bytes()
    for place, new, length in changes:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + length :]
    path.write_bytes(data)
    found = read(path, records)
    assert found.items() <= records.items()
    fill(path, records)  # and it can be written again
    assert read(path, records) == records


@pytest.mark.parametrize("data", [b"", b"\0", b"callsite cache 1\n", b"callsite cache 0\n" + b"\0" * 60, b"\0" * 4096])
def test_a_file_that_is_no_cache_has_no_records(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    assert read(path, RECORDS) == {}
    fill(path, RECORDS)
    assert read(path, RECORDS) == RECORDS


def test_a_record_that_is_damaged_does_not_come_along(path: Path) -> None:
    fill(path, RECORDS)
    path.write_bytes(path.read_bytes().replace(b"first", b"fIrst"))
    with opened(path) as cache:
        assert cache.has(find_key("one"))  # nobody has looked
        assert [cache.find(key) for key in RECORDS] == [None, *list(RECORDS.values())[1:]]
        cache.commit()
    assert b"fIrst" not in path.read_bytes()


# Places -------------------------------------------------------------------------------------------------------------


def test_a_folder_has_a_file_that_keeps_it_out_of_the_repository(path: Path) -> None:
    fill(path, RECORDS)
    assert (path.parent / ".gitignore").read_text() == "*\n"
    (path.parent / ".gitignore").write_text("# mine\n")
    fill(path, RECORDS)
    assert (path.parent / ".gitignore").read_text() == "# mine\n"


def test_a_file_in_the_place_of_the_folder_is_left_alone(path: Path) -> None:
    path.parent.parent.mkdir()
    path.parent.write_text("mine")
    fill(path, RECORDS)
    assert path.parent.read_text() == "mine"
    with opened(path) as cache:
        cache.keep(find_key("one"), b"first")
        assert cache.find(find_key("one")) == b"first"


def test_a_folder_in_the_place_of_the_file_is_left_alone(path: Path) -> None:
    (path / "mine").mkdir(parents=True)
    fill(path, RECORDS)
    assert read(path, RECORDS) == {}
    assert (path / "mine").is_dir()
    assert names(path) == [".gitignore", "site.pages"]


def test_a_folder_where_nothing_can_be_written_gives_and_keeps_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    fill(path, RECORDS)
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.mkstemp", refuse)
        with opened(path) as cache:
            assert cache.find(find_key("one")) == b"first"
            cache.keep(find_key("four"), b"4")
            assert cache.find(find_key("four")) == b"4"
            cache.commit()
    assert path.read_bytes() == before


def test_a_folder_that_goes_while_a_build_runs_is_no_error(path: Path) -> None:
    with opened(path) as cache:
        cache.keep(find_key("one"), b"first")
        for each in path.parent.iterdir():
            each.unlink()
        path.parent.rmdir()
        assert cache.find(find_key("one")) == b"first"
        cache.commit()
    assert not path.exists()


def test_a_full_disk_leaves_the_file_of_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(path, RECORDS)
    before = path.read_bytes()
    write = os.pwrite

    def is_full(number: int, data: bytes, at: int) -> int:
        if at > 30:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(number, data, at)

    monkeypatch.setattr(os, "pwrite", is_full)
    with opened(path) as cache:
        assert {key: cache.find(key) for key in RECORDS} == RECORDS
        cache.commit()
        with pytest.raises(OSError, match="No space left"):
            cache.keep(find_key("four"), b"4" * 50)
    assert path.read_bytes() == before
    assert names(path) == [".gitignore", "site.pages"]


def test_on_a_full_disk_there_is_no_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(path, RECORDS)
    write, tries = os.pwrite, []

    def is_full(number: int, data: bytes, at: int) -> int:
        tries.append(number)
        if len(tries) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(number, data, at)

    monkeypatch.setattr(os, "pwrite", is_full)
    with opened(path) as cache:
        assert {key: cache.find(key) for key in RECORDS} == RECORDS
        cache.keep(find_key("four"), b"4")
        assert cache.find(find_key("four")) == b"4"
        cache.commit()
    assert names(path) == [".gitignore", "site.pages"]
    assert read(path, RECORDS) == RECORDS


def test_a_system_that_writes_little_at_a_time_writes_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda number, data, at: write(number, bytes(data[:7]), at))
    with opened(path) as cache:
        for key, data in RECORDS.items():
            cache.keep(key, data)
        cache.commit()
    assert read(path, RECORDS) == RECORDS


def test_the_oldest_of_many_files_go(path: Path) -> None:
    for number in range(12):
        each = path.with_name(f"{number:02}.pages")
        fill(each, RECORDS)
        os.utime(each, (1_000 + number, 1_000 + number))
    fill(path, RECORDS)
    assert names(path) == [".gitignore", *(f"{number:02}.pages" for number in range(5, 12)), "site.pages"]


def test_files_that_are_no_records_stay(path: Path) -> None:
    path.parent.mkdir(parents=True)
    others = [f"{number}.state" for number in range(12)]
    for name in others:
        (path.parent / name).write_text(name)
    fill(path, RECORDS)
    assert names(path) == sorted([".gitignore", *others, "site.pages"])


def test_what_a_killed_build_left_goes_when_it_is_old(path: Path) -> None:
    path.parent.mkdir(parents=True)
    old, young = path.parent / ".callsite-old", path.parent / ".callsite-young"
    old.write_text("")
    young.write_text("")
    os.utime(old, (time.time() - 3 * 86_400,) * 2)
    fill(path, RECORDS)
    assert names(path) == [".callsite-young", ".gitignore", "site.pages"]


# Two at once --------------------------------------------------------------------------------------------------------


def test_two_builds_at_once_do_each_other_no_harm(path: Path) -> None:
    fill(path, RECORDS)
    one, other = Cache(path), Cache(path)
    one.keep(find_key("of one"), b"1")
    other.keep(find_key("of other"), b"2")
    assert one.find(find_key("of other")) is None
    assert one.find(find_key("one")) == b"first"
    one.commit()
    # The file that the other one reads is no longer there by that name.
    assert {key: other.find(key) for key in RECORDS} == RECORDS
    other.commit()
    one.close()
    other.close()
    everything = {**RECORDS, find_key("of one"): b"", find_key("of other"): b"2"}
    assert read(path, everything) == {**RECORDS, find_key("of other"): b"2"}
    assert names(path) == [".gitignore", "site.pages"]


def test_builds_that_write_all_the_time_never_give_a_wrong_record(path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom callsite.cache import Cache, find_key\n"
        "for turn in range(60):\n"
        "    cache = Cache(Path(sys.argv[1]))\n"
        "    for number in range(30):\n"
        "        key = find_key(str(number))\n"
        "        data = cache.find(key)\n"
        "        assert data is None or data == b'%d' % number * 50, data\n"
        "        if data is None or turn % 3 == 0:\n"
        "            cache.keep(key, b'%d' % number * 50)\n"
        "    cache.commit()\n"
        "    cache.close()\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [(each.communicate()[1], each.returncode) for each in running] == [("", 0)] * 3
    expected = {find_key(str(number)): b"%d" % number * 50 for number in range(30)}
    assert read(path, expected) == expected
    assert names(path) == [".gitignore", "site.pages"]


def test_what_is_held_stays_without_being_read(path: Path) -> None:
    fill(path, RECORDS)
    first = next(iter(RECORDS))
    with opened(path) as cache:
        cache.hold(first)
        cache.hold(find_key("nothing"))
        cache.commit()
    assert read(path, RECORDS) == {first: RECORDS[first]}
