"""Where a store is: what `url` and `endpoint` of its settings say."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from callsite.errors import CallsiteError
from callsite.publish.paths import explain_path
from callsite.publish.settings import StoreSettings
from callsite.records import dataclass

KINDS: Final = {"s3": "S3", "gs": "Google Cloud Storage", "az": "Azure"}

# What each kind calls the place, what its name may hold, in a pattern and in words, and how long it is. S3:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (what is like S3 takes `_`, too); Google:
# https://cloud.google.com/storage/docs/buckets#naming; Azure, which serves the container `$web` as a site:
# https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
_SIGNS = "small letters, digits, `-`, `.` and `_`"
_NAMES: Final = {
    "s3": ("bucket", re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]"), f"3 to 63 {_SIGNS}"),
    "gs": ("bucket", re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"), f"3 to 222 {_SIGNS}"),
    "az": (
        "container",
        re.compile(r"\$web|[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"),
        "`$web`, or 3 to 63 small letters, digits and `-`",
    ),
}
_URL = re.compile(r"([a-z0-9]+)://([^/]*)/?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """A folder of a bucket; `kind` is "s3", "gs" or "az", and `folder` "" for all of the bucket."""

    kind: str
    bucket: str
    folder: str = ""

    def __str__(self) -> str:
        return f"{self.kind}://{self.bucket}" + (f"/{self.folder}" if self.folder else "")


def parse_address(settings: StoreSettings) -> Address:
    """Read where a store is. Nothing in an address is quoted: `s3://bucket/a b` is the folder `a b`.

    Raises CallsiteError for what cannot be one, and for credentials in it, which are not repeated.
    """
    form = "write s3://bucket/folder, gs://bucket/folder or az://container/folder"
    found = _URL.fullmatch(settings.url)
    if found is None or found[1] not in KINDS:
        raise CallsiteError(f"`url` of an object store: this is no address of one; {form}")
    kind, bucket, folder = found[1], found[2], found[3].rstrip("/")
    if "@" in bucket or ":" in bucket:
        hint = "take user and password out; credentials come from the environment or from the files of the tools"
        raise CallsiteError(f"`url` of an object store: there is more than a name before the folder; {hint}")
    noun, pattern, signs = _NAMES[kind]
    if not pattern.fullmatch(bucket):
        hint = f"the name is {signs}, with a letter or a digit at either end"
        raise CallsiteError(f"`url` of an object store: no {noun} can have the name {bucket!r:.40}; {hint}")
    why = explain_path(folder) if folder else ""
    if why:
        raise CallsiteError(f"{kind}://{bucket}: the folder {why}; {form}")
    _check_endpoint(settings.endpoint, f"{kind}://{bucket}")
    if kind != "s3" and (settings.redirects or settings.cloudfront):
        key = "redirects" if settings.redirects else "cloudfront"
        raise CallsiteError(f"{kind}://{bucket}: `{key}` is for S3 alone; take it out")
    return Address(kind, bucket, folder)


def _check_endpoint(endpoint: str, title: str) -> None:
    if not endpoint:
        return
    try:
        parts = urlsplit(endpoint)
        is_plain = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in endpoint
        is_plain = is_plain and parts.port != 0  # which raises ValueError for what is no number
    except ValueError:
        is_plain = False
    if not is_plain or parts.query or parts.fragment:
        hint = "write https:// and the name of the server, without user or password"
        raise CallsiteError(f"{title}: `endpoint` is no address of a server; {hint}")
