"""What went wrong at a store, in words of our own.

What obstore and boto3 raise repeats requests and answers, and with these whatever a server chose to put into them. Of
all that, only the number of the status and codes that are known here are ever shown.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError, UnauthenticatedError

from callsite.errors import CallsiteError
from callsite.records import dataclass


class MissingError(CallsiteError):
    """There is no such object."""


class ConditionError(CallsiteError):
    """The object is not the one that was to be replaced."""


class ServiceError(Exception):
    """What boto3 was answered: a status, 0 for no answer at all, and a code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code


# What the libraries raise when a store does not do as it was asked.
FAILURES: Final = (BaseError, OSError, ValueError, ServiceError)


class Outcome(Enum):
    """What a failure means for what comes next."""

    PASSING = "passing"
    """It may go well the next time."""
    MISSING = "missing"
    CONDITION = "condition"
    FINAL = "final"
    """It has to be mended first."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure: what it means, what happened (a sentence without its end), and what to do."""

    outcome: Outcome
    words: str
    hint: str = ""


_AGAIN = "nothing is lost: publish again, and it goes on where it stopped"

_DENIED: Final = {
    "ExpiredToken": "get new credentials",
    "ExpiredTokenException": "get new credentials",
    "TokenRefreshRequired": "get new credentials",
    "InvalidToken": "get new credentials",
    "RequestExpired": "get new credentials, and see that the clock of this machine is right",
    "RequestTimeTooSkewed": "set the clock of this machine",
    "InvalidAccessKeyId": "see which credentials are in the environment, and whether they are for this store",
    "SignatureDoesNotMatch": "see which credentials are in the environment, and whether they are for this store",
    "AuthenticationFailed": "see which credentials are in the environment, and whether they are for this store",
    "AccessDenied": "let the user of these credentials list the bucket, and read, write and delete in it",
    "AllAccessDisabled": "ask the store why it has closed this bucket",
    "AccountProblem": "ask the store what is wrong with the account",
}
_NOT_THERE: Final = {
    "NoSuchBucket": "make the bucket, or mend `url`",
    "ContainerNotFound": "make the container, or mend `url`",
    "NoSuchDistribution": "mend `cloudfront`: it is the id of a distribution",
}
_ELSEWHERE: Final = {"PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocation"}
# Of the 400s, those that tell of a request that was damaged on its way, or came at a bad moment.
_PASSING: Final = {
    "BadDigest",
    "ConditionalRequestConflict",
    "IncompleteBody",
    "InternalError",
    "InvalidDigest",
    "Md5Mismatch",
    "OperationAborted",
    "OperationTimedOut",
    "RequestTimeout",
    "ServerBusy",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyInvalidationsInProgress",
    "TooManyRequests",
    "XAmzContentSHA256Mismatch",
    "XAmzContentChecksumMismatch",
}
_KNOWN: Final = {*_DENIED, *_NOT_THERE, *_ELSEWHERE, *_PASSING, "NoSuchKey", "NotImplemented", "QuotaExceeded"}

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
# Asking for credentials, at the address that clouds keep for that, among others.
_NO_CREDENTIALS = re.compile(r"Generic \w+ error: (?:Error performing (?:token request|\w+ https?://169\.254\.))")
_DEBUG = "\n\nDebug source:"


def explain(error: Exception) -> Fault:
    """Say what a failure of `FAILURES` was."""
    if isinstance(error, ServiceError):
        return explain_answer(error.status, error.code)
    head, _, debug = str(error).partition(_DEBUG)
    status = _STATUS.search(head)
    code = _CODE.search(head)
    if _NO_CREDENTIALS.match(head) or (isinstance(error, UnauthenticatedError) and not status):
        words = "no credentials could be had"
        return Fault(Outcome.FINAL, words, "put some into the environment; the manual lists the variables")
    if status:
        return explain_answer(int(status[1]), code[1] if code else "")
    if "Server returned error response" in head:  # an answer that begins as if all were well
        return explain_answer(200, code[1] if code else "")
    if "Received redirect" in head:
        return explain_answer(301, "")
    if isinstance(error, FileNotFoundError):
        return explain_answer(404, "")
    if isinstance(error, PreconditionError | AlreadyExistsError):
        return explain_answer(412, "")
    return _explain_silence(head, debug)


def explain_answer(status: int, code: str) -> Fault:
    """Say what an answer means, by its status and the code in it, of which only known ones are shown."""
    code = code if code in _KNOWN else ""
    said = f"it answers {status} {code}".rstrip() if status else "it does not answer"
    if not status or code in _PASSING or status in {408, 429, 500, 502, 503, 504}:
        return Fault(Outcome.PASSING, said, _AGAIN)
    if status in {409, 412}:
        return Fault(Outcome.CONDITION, said, _AGAIN)
    if code in _NOT_THERE:
        return Fault(Outcome.FINAL, said, _NOT_THERE[code])
    if status == 404:
        return Fault(Outcome.MISSING, said, _AGAIN)
    if code in _ELSEWHERE or status in {301, 302, 307, 308}:
        return Fault(Outcome.FINAL, f"{said}: the bucket is somewhere else", "set `region` to that of the bucket")
    if code in _DENIED or status in {401, 403}:
        hint = _DENIED.get(code) or _DENIED["InvalidAccessKeyId" if status == 401 else "AccessDenied"]
        return Fault(Outcome.FINAL, f"{said}: it does not let us in", hint)
    if status == 501:
        return Fault(Outcome.FINAL, said, "if the store knows no conditional writes, set `conditional = false`")
    return Fault(Outcome.FINAL, said, "see the store's own list of answers for what it misses")


def _explain_silence(head: str, debug: str) -> Fault:
    if "BadScheme" in debug:
        return Fault(Outcome.FINAL, "its address is not one of https", "write http:// in `endpoint` if that is meant")
    if "invalid path" in head:
        words = "somebody has put an object there whose name is no path of a file"
        return Fault(Outcome.FINAL, words, "take it away, or publish to a folder of its own")
    if "kind: Timeout," in debug:
        return Fault(Outcome.PASSING, "it does not answer in time", _AGAIN)
    if "kind: Connect," in debug:
        return Fault(Outcome.PASSING, "it cannot be reached", "see that `endpoint` and the network are right")
    if "HttpError" in debug or "HTTP error" in head:
        return Fault(Outcome.PASSING, "the connection was cut", _AGAIN)
    return Fault(Outcome.FINAL, "what it answers is not understood", "see that `url` and `endpoint` are right")
