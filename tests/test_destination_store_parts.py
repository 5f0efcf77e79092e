"""What a publish to a store is made of, without a store: addresses, words for failures, notes, credentials, CloudFront."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.exceptions import AlreadyExistsError, GenericError, PreconditionError, UnauthenticatedError
from obstore.store import AzureStore, GCSStore, MemoryStore, S3Store

from callsite.destinations.store import Patience, StoreDestination
from callsite.destinations.store import amazon as amazon_module
from callsite.destinations.store import connecting as connecting_module
from callsite.destinations.store.address import Address, parse_address
from callsite.destinations.store.amazon import Amazon, find_credentials, plan_invalidation
from callsite.destinations.store.asking import Asker, StoppedError, ignore
from callsite.destinations.store.connecting import connect, find_endpoint, plan_s3, wants_boto3
from callsite.destinations.store.faults import (
    FAILURES,
    ConditionError,
    MissingError,
    Outcome,
    ServiceError,
    explain,
    explain_answer,
)
from callsite.destinations.store.journal import Journal, Token
from callsite.destinations.store.machine import is_running, read_machine
from callsite.destinations.store.notes import (
    Delta,
    Lease,
    Notes,
    begin_notes,
    end_notes,
    find_needed,
    find_state,
    format_notes,
    name_kept,
    parse_notes,
)
from callsite.destinations.store.objects import Objects
from callsite.destinations.store.sources import Room
from callsite.errors import CallsiteError
from callsite.publish.manifest import Entry, Manifest
from callsite.publish.plan import plan_publish
from callsite.publish.settings import StoreSettings, parse_publish_settings
from tests.publishing import NOON
from tests.stores import KEY_ID, SECRET, SECRETS

WEEK = timedelta(days=7)


# ---- Addresses


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("s3://bucket", Address("s3", "bucket")),
        ("s3://bucket/", Address("s3", "bucket")),
        ("s3://bucket/a/b/", Address("s3", "bucket", "a/b")),
        ("s3://my.bucket-1/a b/ü%20", Address("s3", "my.bucket-1", "a b/ü%20")),
        ("gs://bucket_1/site", Address("gs", "bucket_1", "site")),
        (f"gs://{'b' * 64}", Address("gs", "b" * 64)),
        ("az://$web", Address("az", "$web")),
        ("az://my-container/a", Address("az", "my-container", "a")),
    ],
)
def test_addresses_are_read(url: str, address: Address) -> None:
    assert parse_address(StoreSettings(url)) == address


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("bucket", "this is no address of one"),
        ("ftp://bucket", "this is no address of one"),
        ("s3://", "no bucket can have the name ''"),
        (
            "s3://B",
            "no bucket can have the name 'B'; the name is 3 to 63 small letters, digits, `-`, `.` and `_`, with",
        ),
        (f"s3://{'b' * 64}", "no bucket can have the name"),
        ("gs://-bucket", "no bucket can have the name '-bucket'; the name is 3 to 222 small letters"),
        (
            "az://c/x",
            "no container can have the name 'c'; the name is `$web`, or 3 to 63 small letters, digits and `-`",
        ),
        ("az://a_b", "no container can have the name 'a_b'"),
        ("s3://$web", "no bucket can have the name '$web'"),
        (f"s3://{KEY_ID}:{SECRET}@bucket/a", "there is more than a name before the folder; take user and password"),
        ("s3://bucket/../x", "the folder does not name a file below the site"),
        ("s3://bucket/a//b", "the folder does not name a file below the site"),
        ("s3://bucket/.callsite-kept", "the folder is kept for what a publish notes"),
        ("s3://bucket/a\nb", "the folder has a character in it that cannot be seen"),
    ],
)
def test_other_addresses_are_refused(url: str, words: str) -> None:
    with pytest.raises(CallsiteError) as error:
        parse_address(StoreSettings(url))
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert not any(secret in str(error.value) for secret in SECRETS)


@pytest.mark.parametrize("endpoint", ["http://localhost:9000", "https://a.r2.example.org", "https://example.org/s3"])
def test_endpoints_are_taken(endpoint: str) -> None:
    assert parse_address(StoreSettings("s3://bucket", endpoint=endpoint)).bucket == "bucket"


@pytest.mark.parametrize(
    "endpoint", ["example.org", "ftp://example.org", f"https://user:{SECRET}@example.org", "http://[", "https://a/?b"]
)
def test_other_endpoints_are_refused(endpoint: str) -> None:
    with pytest.raises(
        CallsiteError, match=r"^s3://bucket: `endpoint` is no address of a server; write https://"
    ) as error:
        parse_address(StoreSettings("s3://bucket", endpoint=endpoint))
    assert SECRET not in str(error.value)


def test_what_is_for_s3_alone_is_refused_elsewhere() -> None:
    with pytest.raises(CallsiteError, match=r"^gs://bucket: `redirects` is for S3 alone"):
        parse_address(StoreSettings("gs://bucket", redirects=True))
    with pytest.raises(CallsiteError, match=r"^az://bucket: `cloudfront` is for S3 alone"):
        parse_address(StoreSettings("az://bucket", cloudfront="E1"))


# ---- Words for failures


@pytest.mark.parametrize(
    ("status", "code", "outcome", "words"),
    [
        (0, "", Outcome.PASSING, "it does not answer"),
        (500, "InternalError", Outcome.PASSING, "it answers 500 InternalError"),
        (400, "XAmzContentSHA256Mismatch", Outcome.PASSING, "it answers 400 XAmzContentSHA256Mismatch"),
        (408, SECRET, Outcome.PASSING, "it answers 408"),
        (409, "", Outcome.CONDITION, "it answers 409"),
        (409, "OperationAborted", Outcome.PASSING, "it answers 409 OperationAborted"),
        (412, "PreconditionFailed", Outcome.CONDITION, "it answers 412"),
        (404, "NoSuchKey", Outcome.MISSING, "it answers 404 NoSuchKey"),
        (404, "ContainerNotFound", Outcome.FINAL, "it answers 404 ContainerNotFound"),
        (307, "", Outcome.FINAL, "it answers 307: the bucket is somewhere else"),
        (403, "", Outcome.FINAL, "it answers 403: it does not let us in"),
        (501, "", Outcome.FINAL, "it answers 501"),
        (507, "", Outcome.FINAL, "it answers 507"),
    ],
)
def test_answers_are_understood(status: int, code: str, outcome: Outcome, words: str) -> None:
    fault = explain_answer(status, code)
    assert (fault.outcome, fault.words) == (outcome, words)
    assert fault.hint
    assert explain(ServiceError(status, code)) == fault


@pytest.mark.parametrize(
    ("error", "outcome", "words"),
    [
        (
            GenericError("Generic S3 error: x\n\nDebug source:\nkind: Timeout,"),
            Outcome.PASSING,
            "it does not answer in time",
        ),
        (GenericError("Generic S3 error: x\n\nDebug source:\nkind: Connect,"), Outcome.PASSING, "it cannot be reached"),
        (GenericError("Generic S3 error: HTTP error: x"), Outcome.PASSING, "the connection was cut"),
        (
            GenericError("Generic S3 error: x\n\nDebug source:\nBadScheme"),
            Outcome.FINAL,
            "its address is not one of https",
        ),
        (
            GenericError("Generic GCS error: Error performing token request: x"),
            Outcome.FINAL,
            "no credentials could be had",
        ),
        (
            GenericError("Generic S3 error: Error performing PUT http://169.254.169.254/x: 403"),
            Outcome.FINAL,
            "no credentials could be had",
        ),
        (UnauthenticatedError(f"External provider: {SECRET}"), Outcome.FINAL, "no credentials could be had"),
        (
            UnauthenticatedError(f"status code: 401 Unauthorized: {SECRET}"),
            Outcome.FINAL,
            "it answers 401: it does not let us in",
        ),
        (
            GenericError("Received redirect without LOCATION"),
            Outcome.FINAL,
            "it answers 301: the bucket is somewhere else",
        ),
        (
            GenericError("Server returned error response: <Code>SlowDown</Code>"),
            Outcome.PASSING,
            "it answers 200 SlowDown",
        ),
        (GenericError("Server returned error response: <html>"), Outcome.FINAL, "it answers 200"),
        (FileNotFoundError("x"), Outcome.MISSING, "it answers 404"),
        (PreconditionError("x"), Outcome.CONDITION, "it answers 412"),
        (AlreadyExistsError("x"), Outcome.CONDITION, "it answers 412"),
        (ValueError(SECRET), Outcome.FINAL, "what it answers is not understood"),
    ],
)
def test_errors_are_understood(error: Exception, outcome: Outcome, words: str) -> None:
    assert isinstance(error, FAILURES)
    fault = explain(error)
    assert (fault.outcome, fault.words) == (outcome, words)


@given(st.text(), st.text(alphabet="abcXYZ0<>/ \n"))
def test_words_are_never_those_of_servers(planted: str, around: str) -> None:
    for kind in (GenericError, UnauthenticatedError, FileNotFoundError, ValueError):
        fault = explain(kind(f"{around}{SECRET}{planted}<Code>{SECRET}</Code>{around}"))
        assert SECRET not in fault.words + fault.hint


# ---- Asking


def test_what_fails_is_asked_again_and_told() -> None:
    told: list[tuple[str, float]] = []
    left = [ServiceError(503, "SlowDown"), ServiceError(0, ""), ConnectionResetError()]

    def act() -> int:
        if len(left) > 1:
            raise left.pop(0)
        return 7

    asker = Asker("there", Patience(first=0.01, most=0.015), lambda reason, seconds: told.append((reason, seconds)))
    assert asker.ask(act) == 7
    assert [reason for reason, _ in told] == ["there: it answers 503 SlowDown", "there: it does not answer"]
    assert all(0.004 < seconds <= 0.015 for _, seconds in told)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ServiceError(404, ""), MissingError),
        (ServiceError(412, ""), ConditionError),
        (ServiceError(403, ""), CallsiteError),
    ],
)
def test_what_does_not_pass_is_raised(error: Exception, kind: type[CallsiteError]) -> None:
    def act() -> None:
        raise error

    with pytest.raises(kind, match=r"^there: a.html: it answers 4..") as raised:
        Asker("there", Patience()).ask(act, "a.html")
    assert type(raised.value) is kind
    assert raised.value.__context__ is None


def test_faults_of_our_own_are_not_hidden() -> None:
    def act() -> None:
        raise TypeError("ours")

    with pytest.raises(TypeError):
        Asker("there", Patience()).ask(act)
    ignore("nothing", 0)


def test_nothing_is_begun_after_a_stop() -> None:
    stop = threading.Event()
    asker = Asker("there", Patience(), stop=stop)
    assert asker.ask(lambda: 1) == 1
    stop.set()
    with pytest.raises(StoppedError):
        asker.ask(lambda: 1)


def test_nobody_waits_for_a_lock_to_be_renewed_after_a_stop() -> None:
    objects = Objects(MemoryStore(), Asker("there", Patience()))
    plan = plan_publish(Manifest(), Manifest(), datetime(2026, 1, 1, tzinfo=UTC), timedelta(1))
    journal = Journal(objects, plan, Token(), 1)  # it has never had the lock
    journal.stop.set()
    with pytest.raises(StoppedError):
        journal.allow()


# ---- Notes

A = Entry("a" * 64, 1, (("content-type", "text/html"),))
B = Entry("b" * 64, 2)
C = Entry("c" * 64, 3)
LEASE = Lease("id", "machine", 7, NOON, 60)


def make_notes() -> Notes:
    undo = Delta("R1", NOON, "https://x.example", "c0ffee", 2, {"a.html": A, "new.html": None}, is_kept=False)
    older = Delta("R0", NOON - WEEK, files=1, was={"a.html": B, "%.html": None})
    return Notes(LEASE, undo, (older,), (name_kept(C),))


def test_notes_are_read_as_they_were_written() -> None:
    notes = make_notes()
    assert parse_notes(json.loads(json.dumps(format_notes(notes))), "there") == notes
    assert parse_notes({}, "there") == Notes()
    assert format_notes(Notes()) == {}


paths = st.text(alphabet="abc%é .", min_size=1, max_size=5).filter(lambda path: path.strip(". "))
entries = st.builds(Entry, st.sampled_from(["a" * 64, "b" * 64]), st.integers(0, 9), st.just((("content-type", "x"),)))
deltas = st.builds(
    Delta,
    st.sampled_from(["R0", "R1"]),
    st.just(NOON),
    st.just(""),
    st.just("c"),
    st.integers(0, 9),
    st.dictionaries(paths, st.none() | entries, max_size=3),
    st.booleans(),
)


@given(
    st.builds(
        Notes, st.none() | st.just(LEASE), st.none() | deltas, st.lists(deltas, max_size=2).map(tuple), st.just(())
    )
)
def test_notes_survive(notes: Notes) -> None:
    assert parse_notes(json.loads(json.dumps(format_notes(notes))), "there") == notes


def change(values: dict[str, Any], *path: str | int, value: object) -> None:
    for key in path[:-1]:
        values = values[key]  # type: ignore[index]  # into lists as well
    values[path[-1]] = value  # type: ignore[index]  # into lists as well


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("stale",), ["../../other"]),
        (("stale",), "text"),
        (("stale",), [7]),
        (("publisher", "seconds"), 10**9),
        (("publisher", "seconds"), -1),
        (("publisher", "seconds"), True),
        (("publisher", "pid"), 0),
        (("publisher", "pid"), "1"),
        (("publisher", "id"), 7),
        (("publisher", "since"), "yesterday"),
        (("publisher",), []),
        (("undo", "count"), "1"),
        (("undo", "kept"), 1),
        (("undo", "published"), ""),
        (("undo", "coming"), {"../x": None}),
        (("undo",), "text"),
        (("history",), 7),
        (("history", 0), {}),
        (("history", 0, "coming"), {"/etc/x": None}),
    ],
)
def test_damaged_notes_are_refused(path: tuple[str | int, ...], value: object) -> None:
    values = json.loads(json.dumps(format_notes(make_notes())))
    change(values, *path, value=value)
    with pytest.raises(CallsiteError, match=r"^there: "):
        parse_notes(values, "there")


def make_manifest(files: Mapping[str, Entry], **others: Any) -> Manifest:
    return Manifest(files, release="R1", published=NOON, **others)


def test_a_state_is_found_by_going_back() -> None:
    manifest = make_manifest({"a.html": C, "new.html": C, "same.html": C})
    notes = Notes(
        undo=Delta("R1", NOON, "https://x.example", "c1", 2, {"a.html": B, "new.html": None}),
        history=(Delta("R0", NOON - WEEK, was={"a.html": A, "old.html": A}),),
    )
    one = find_state(manifest, notes, "R1")
    assert one == Manifest({"a.html": B, "same.html": C}, {}, {}, "R1", "https://x.example", "c1", NOON)
    zero = find_state(manifest, notes, "R0")
    assert zero is not None
    assert zero.files == {"a.html": A, "old.html": A, "same.html": C}
    assert find_state(manifest, notes, "R7") is None


def test_copies_of_other_headers_are_others() -> None:
    assert name_kept(A) != name_kept(replace(A, headers=()))
    assert name_kept(A) == name_kept(replace(A, origin="a.html.gz"))
    assert find_needed((Delta("R0", NOON, was={"a": A, "b": None, "c": A}),)) == {name_kept(A)}


def plan_for(old: Manifest, files: Mapping[str, Entry]) -> Any:
    return plan_publish(old, Manifest(files), NOON + WEEK, WEEK)


def test_what_is_undone_is_what_was_before_the_first_try() -> None:
    first = plan_for(make_manifest({"a.html": A, "b.html": B}), {"a.html": C, "b.html": B})
    notes = begin_notes(Notes(), first, LEASE, 5)
    assert notes.undo is not None
    assert (notes.undo.release, notes.undo.was, notes.undo.files) == ("R1", {"a.html": A}, 2)
    # It was cut short after a.html, and now something else is to be published.
    second = plan_for(make_manifest({"a.html": C, "b.html": B}), {"a.html": B, "b.html": C})
    notes = begin_notes(notes, second, LEASE, 5)
    assert notes.undo is not None
    assert notes.undo.was == {"a.html": A, "b.html": B}
    ended = end_notes(notes, second, 5, ())
    assert (ended.history, ended.undo, ended.lease) == ((notes.undo,), None, None)


def test_a_first_publish_has_nothing_to_undo() -> None:
    plan = plan_for(Manifest(), {"a.html": A})
    notes = begin_notes(Notes(), plan, LEASE, 5)
    assert notes == Notes(LEASE)
    assert end_notes(notes, plan, 5, ()) == Notes()


def test_what_no_state_needs_is_stale() -> None:
    old = make_manifest({"a.html": A})
    history = (Delta("R0", NOON - WEEK, was={"a.html": B}), Delta("R-0", NOON - WEEK, was={"a.html": C}))
    plan = plan_for(old, {"a.html": C})
    notes = begin_notes(Notes(history=history, stale=("0" * 64 + "-" + "0" * 8,)), plan, LEASE, 2)
    ended = end_notes(notes, plan, 2, ["0" * 64 + "-" + "0" * 8])
    assert [state.release for state in ended.history] == ["R1", "R0"]
    assert ended.stale == (name_kept(C),)


def test_what_was_not_kept_is_not_gone_back_to() -> None:
    plan = plan_for(make_manifest({"a.html": A}), {"a.html": B})
    notes = begin_notes(Notes(), plan, LEASE, 0)
    assert notes.states == ()
    # Even if the next try would keep something.
    again = begin_notes(notes, plan, LEASE, 5)
    assert again.states == ()
    assert end_notes(again, plan, 5, ()) == Notes()


# ---- This machine


def test_a_machine_is_told_apart_without_its_name() -> None:
    assert len(read_machine()) == 16
    assert set(read_machine()) <= set("0123456789abcdef")


@pytest.mark.skipif(not os.path.exists("/proc/self/ns/pid"), reason="there is no /proc to tell machines apart")
def test_a_machine_is_the_same_twice() -> None:
    assert read_machine() == read_machine()


def test_a_machine_that_cannot_be_told_is_another_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: str) -> str:
        raise OSError

    monkeypatch.setattr("callsite.destinations.store.machine.os.readlink", fail)
    assert read_machine() != read_machine()


def test_processes_are_seen() -> None:
    assert is_running(os.getpid())
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert not is_running(process.pid)
    assert is_running(2**70)  # nothing that could be one: it is not taken for dead


# ---- Connecting


def test_settings_become_the_store_they_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "a2V5")

    def make(url: str, **settings: Any) -> Any:
        all_settings = StoreSettings(url, **settings)
        return connect(all_settings, parse_address(all_settings), Patience())

    s3 = make("s3://bucket/a b", region="eu-central-1")
    assert isinstance(s3, S3Store)
    assert (s3.prefix, s3.config["bucket"], s3.config["region"]) == ("a b", "bucket", "eu-central-1")
    # Nothing is asked without credentials, whatever the environment says.
    assert s3.config["skip_signature"] in (False, "false")
    assert s3.config["checksum_algorithm"] == "SHA256"
    assert s3.client_options is not None
    assert s3.client_options["allow_http"] in (False, "false")
    like = make("s3://bucket", endpoint="http://localhost:9000/")
    assert like.config["endpoint"] == "http://localhost:9000"
    assert "checksum_algorithm" not in like.config
    assert like.client_options["allow_http"] in (True, "true")
    google = make("gs://bucket/site")
    assert isinstance(google, GCSStore)
    assert (google.prefix, google.config["bucket"]) == ("site", "bucket")
    assert isinstance(make("gs://bucket", endpoint="http://localhost:9023"), GCSStore)
    azure = make("az://$web")
    assert isinstance(azure, AzureStore)
    assert (azure.config["container_name"], azure.config["account_name"]) == ("$web", "account")
    assert isinstance(make("az://files", endpoint="http://localhost:10000/account"), AzureStore)


def test_what_the_environment_has_wrong_is_told_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(url: str) -> None:
        settings = StoreSettings(url)
        connect(settings, parse_address(settings), Patience())

    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(
        CallsiteError, match=r"^az://files: no account is named; set AZURE_STORAGE_ACCOUNT_NAME$"
    ) as error:
        make("az://files")
    assert error.value.__context__ is None
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", f"{SECRET}!")
    with pytest.raises(
        CallsiteError, match=r"^az://files: what the environment says of credentials cannot be"
    ) as error:
        make("az://files")
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", f"{{{SECRET}")
    with pytest.raises(
        CallsiteError, match=r"^gs://bucket: what the environment says of credentials cannot be"
    ) as error:
        make("gs://bucket")
    assert SECRET not in str(error.value)
    assert error.value.__context__ is None


def test_endpoints_come_from_settings_first() -> None:
    address, environment = Address("s3", "bucket"), {"AWS_ENDPOINT_URL": "http://b", "AWS_ENDPOINT_URL_S3": "http://c"}
    assert find_endpoint(StoreSettings("s3://bucket", endpoint="http://a"), address, environment) == "http://a"
    assert find_endpoint(StoreSettings("s3://bucket"), address, environment) == "http://c"
    assert find_endpoint(StoreSettings("s3://bucket"), address, {}) == ""
    assert find_endpoint(StoreSettings("gs://bucket"), Address("gs", "bucket"), environment) == ""


def test_regions_come_from_settings_first() -> None:
    environment = {"AWS_DEFAULT_REGION": "b", "AWS_CHECKSUM_ALGORITHM": "crc64nvme"}
    assert plan_s3(StoreSettings("s3://bucket", region="a"), "", environment)["region"] == "a"
    assert plan_s3(StoreSettings("s3://bucket"), "", environment)["region"] == "b"
    assert plan_s3(StoreSettings("s3://bucket"), "", {**environment, "AWS_REGION": "c"})["region"] == "c"
    assert "region" not in plan_s3(StoreSettings("s3://bucket"), "", {})
    assert "checksum_algorithm" not in plan_s3(StoreSettings("s3://bucket"), "", environment)


def test_profiles_are_left_to_boto3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not wants_boto3({"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_PROFILE": "x"})
    assert not wants_boto3({"AWS_WEB_IDENTITY_TOKEN_FILE": "/x"})
    monkeypatch.setattr(connecting_module, "has_boto3", lambda: True)
    assert wants_boto3({})
    monkeypatch.setattr(connecting_module, "has_boto3", lambda: False)
    assert not wants_boto3({"HOME": str(tmp_path)})
    with pytest.raises(
        CallsiteError, match=r"the profiles of ~/.aws are read with boto3, which is not installed; install"
    ):
        wants_boto3({"HOME": str(tmp_path), "AWS_PROFILE": "x"})
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text("[default]")
    with pytest.raises(CallsiteError, match=r"install callsite\[s3\]"):
        wants_boto3({"HOME": str(tmp_path)})


def make_home(folder: Path, monkeypatch: pytest.MonkeyPatch, credentials: str, config: str = "") -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for variable, name, text in (
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials", credentials),
        ("AWS_CONFIG_FILE", "config", config),
    ):
        (folder / name).write_text(text)
        monkeypatch.setenv(variable, str(folder / name))


PROFILE = f"[mine]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n"


def test_a_profile_gives_credentials_and_region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_home(tmp_path, monkeypatch, PROFILE, "[profile mine]\nregion = eu-north-1\n")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    store = connect(StoreSettings("s3://bucket"), Address("s3", "bucket"), Patience())
    assert isinstance(store, S3Store)
    assert store.config["region"] == "eu-north-1"
    assert store.credential_provider is not None
    settings = StoreSettings("s3://bucket", region="eu-west-1")
    store = connect(settings, Address("s3", "bucket"), Patience())
    assert isinstance(store, S3Store)
    assert store.config["region"] == "eu-west-1"


def test_without_credentials_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_home(tmp_path, monkeypatch, PROFILE)
    with pytest.raises(CallsiteError, match=r"^there: there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET"):
        find_credentials("there")
    monkeypatch.setenv("AWS_PROFILE", "other")
    with pytest.raises(CallsiteError, match=r"^there: no credentials could be had \(ProfileNotFound\); set"):
        find_credentials("there")


def test_a_destination_asks_for_nothing_before_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    destination = StoreDestination(StoreSettings("az://files/a b/"))
    assert destination.title == "az://files/a b"
    with pytest.raises(CallsiteError, match="no account is named"):
        destination.look()


# ---- boto3


@pytest.mark.parametrize("service", ["", "incomplete", "none", "profile"])
def test_boto3_without_credentials_is_told(service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_home(tmp_path, monkeypatch, f"[default]\naws_access_key_id = {KEY_ID}\n" if service == "incomplete" else "")
    if service == "profile":
        monkeypatch.setenv("AWS_PROFILE", "missing")
    with pytest.raises(
        CallsiteError, match=r"^there: a.html: it answers 401 InvalidAccessKeyId: it does not let us in"
    ):
        Amazon("there", "bucket", "", "", "", Patience()).write(Asker("there", Patience()), "a.html", b"", ())


def test_boto3_that_cannot_ask_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_home(tmp_path, monkeypatch, PROFILE.replace("mine", "default"))
    monkeypatch.setenv("AWS_PROFILE", "default")
    amazon = Amazon("there", "not a bucket", "", "us-east-1", "http://127.0.0.1:9", Patience(timeout=1))
    with pytest.raises(CallsiteError, match=r"^there: a.html: it answers 400; see the store's own list"):
        amazon.write(Asker("there", Patience()), "a.html", b"", ())
    amazon = Amazon("there", "bucket", "", "us-east-1", "http://127.0.0.1:9", Patience(timeout=1))
    with pytest.raises(CallsiteError, match=r"^there: a.html: it does not answer; nothing is lost"):
        amazon.write(Asker("there", Patience(total=0.0)), "a.html", b"", ())


def test_boto3_is_seen() -> None:
    assert amazon_module.has_boto3() == (importlib.util.find_spec("boto3") is not None)


def test_paths_for_cloudfront() -> None:
    assert plan_invalidation(["a.html"]) == ["/a.html"]
    assert plan_invalidation(["index.html", "a b/index.html", "ü.html"]) == [
        "/",
        "/%C3%BC.html",
        "/a%20b/",
        "/a%20b/index.html",
        "/index.html",
    ]
    assert plan_invalidation(["100%.html", "a*?.html"]) == ["/100%25.html", "/a%2A%3F.html"]
    assert plan_invalidation(["reindex.html"]) == ["/reindex.html"]
    assert plan_invalidation(["a~b.html"]) == ["/*"]
    assert plan_invalidation([f"{number}.html" for number in range(301)]) == ["/*"]


# ---- Room


def test_room_is_given_to_as_many_as_there_is_for() -> None:
    room = Room(10)
    assert room.take(4) == 4
    assert room.take(6) == 6
    waiting = threading.Thread(target=lambda: room.give(room.take(100)))
    waiting.start()
    room.give(4)
    assert waiting.is_alive()
    room.give(6)
    waiting.join(5)
    assert not waiting.is_alive()
    assert room.take(10) == 10


# ---- The chapter of the manual

CHAPTER = Path(__file__).parent.parent / "content/pages/publish-stores.md"
LISTINGS = re.findall(r"^```(\w+) path=\S+\n(.*?)^```$", CHAPTER.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_chapter_shows_settings_that_are_read() -> None:
    tables = [tomllib.loads(text)["tool"]["callsite"]["publish"] for language, text in LISTINGS if language == "toml"]
    assert len(tables) > 5
    kinds = set()
    for table in tables:
        target = parse_publish_settings(table, "pyproject.toml").choose("live", "pyproject.toml")
        assert isinstance(target, StoreSettings)
        kinds.add(parse_address(target).kind)
    assert kinds == {"s3", "gs", "az"}


def test_the_chapter_names_every_right_that_is_needed() -> None:
    policies = [json.loads(text) for language, text in LISTINGS if language == "json"]
    rights = [statement["Action"] for policy in policies for statement in policy["Statement"]]
    assert rights[0] == "s3:GetObject"
    assert rights[1:] == [
        "s3:ListBucket",
        ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
    ]


def test_the_chapter_has_the_figures_of_the_program() -> None:
    text = " ".join(CHAPTER.read_text(encoding="utf-8").split())
    patience = Patience()
    assert (patience.total, patience.lease, patience.settle) == (120, 60, 2)
    assert "with growing pauses, for two minutes" in text
    assert "its lock ends after a minute" in text
    assert "waits two seconds, and reads back" in text
    assert f"with more than {amazon_module.MOST_PATHS} of them" in text
    assert StoreSettings("s3://bucket").keep == 5
    assert "Five states are kept" in text
