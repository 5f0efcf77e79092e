"""What only boto3 can do: profiles, redirects that are S3's own, and having CloudFront forget what has changed.

boto3 is an extra, `callsite[s3]`, and loaded when one of these is asked for.
"""

from __future__ import annotations

import importlib.util
import threading
import uuid
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from callsite.destinations.store.asking import Asker
from callsite.destinations.store.faults import ServiceError
from callsite.destinations.store.patience import Patience
from callsite.errors import CallsiteError
from callsite.publish.kinds import REDIRECT
from callsite.publish.manifest import Headers

if TYPE_CHECKING:
    from obstore.auth.boto3 import Boto3CredentialProvider

# CloudFront takes 3,000 paths at a time, and each costs after the first thousand of a month; all of them cost as one.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-invalidations
MOST_PATHS: Final = 300

_PARAMETERS: Final = {
    "content-type": "ContentType",
    "cache-control": "CacheControl",
    "content-encoding": "ContentEncoding",
    REDIRECT: "WebsiteRedirectLocation",
}


def has_boto3() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("boto3") is not None


def find_credentials(title: str) -> Boto3CredentialProvider:
    """Have boto3 look for credentials where the AWS command line does. Raises CallsiteError when there are none."""
    import botocore.exceptions  # noqa: PLC0415  # an extra
    from obstore.auth.boto3 import Boto3CredentialProvider  # noqa: PLC0415  # an extra

    try:
        return Boto3CredentialProvider()
    except (ValueError, botocore.exceptions.BotoCoreError) as error:
        name = type(error).__name__
    why = "there are no credentials" if name == "ValueError" else f"no credentials could be had ({name})"
    hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    raise CallsiteError(f"{title}: {why}; {hint}")


def plan_invalidation(paths: Collection[str]) -> list[str]:
    """The paths that CloudFront is to forget, as it wants them written; each first page also by its folder's address.

    A path with `~` in it cannot be named, so then it is all of them.
    """
    if len(paths) > MOST_PATHS or any("~" in path for path in paths):
        return ["/*"]
    found = {f"/{quote(path)}" for path in paths}
    folders = {path.removesuffix("index.html") for path in found if path.endswith("/index.html")}
    return sorted(found | folders)


class Amazon:
    """Clients of boto3, made when they are needed. Every failure is a ServiceError."""

    def __init__(self, title: str, bucket: str, folder: str, region: str, endpoint: str, patience: Patience) -> None:
        if not has_boto3():
            raise CallsiteError(f"{title}: redirects of S3 and CloudFront need boto3; install callsite[s3]")
        self._bucket = bucket
        self._prefix = f"{folder}/" if folder else ""
        self._region = region or None
        self._endpoint = endpoint or None
        self._patience = patience
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}

    def write(self, asker: Asker, key: str, data: bytes, headers: Headers) -> None:
        """Put an object there that leads somewhere else."""
        parameters = {_PARAMETERS[name]: value for name, value in headers if name in _PARAMETERS}
        named = {"Bucket": self._bucket, "Key": self._prefix + key}
        self._ask(asker, "s3", key, lambda client: client.put_object(**named, Body=data, **parameters))

    def copy(self, asker: Asker, key: str, to: str, redirect: str) -> None:
        """Copy an object to one that leads somewhere else: this is the one header that a copy does not take along."""
        source = {"Bucket": self._bucket, "Key": self._prefix + key}
        named = {"Bucket": self._bucket, "Key": self._prefix + to, "CopySource": source}
        self._ask(asker, "s3", to, lambda client: client.copy_object(**named, WebsiteRedirectLocation=redirect))

    def forget(self, asker: Asker, distribution: str, paths: Collection[str]) -> None:
        """Have CloudFront ask for changed paths again."""
        items = plan_invalidation(paths)
        # The same reference again is the same request: it is made once, however often it is asked for.
        batch = {"Paths": {"Quantity": len(items), "Items": items}, "CallerReference": f"callsite-{uuid.uuid4()}"}
        named = {"DistributionId": distribution, "InvalidationBatch": batch}
        self._ask(asker, "cloudfront", "CloudFront", lambda client: client.create_invalidation(**named))

    def _ask(self, asker: Asker, service: str, what: str, action: Callable[[Any], Any]) -> None:
        client = asker.ask(lambda: _translate(lambda: self._find_client(service)), what)
        asker.ask(lambda: _translate(lambda: action(client)), what)

    def _find_client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make_client(service, self._endpoint if service == "s3" else None)
            return self._clients[service]

    def _make_client(self, service: str, endpoint: str | None) -> Any:
        import boto3  # noqa: PLC0415  # an extra
        from botocore.config import Config  # noqa: PLC0415  # an extra

        config = Config(
            # Other stores than Amazon's refuse the checksums that it sends by itself since 1.36.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=min(self._patience.timeout, 10),
            read_timeout=self._patience.timeout,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"} if endpoint else {},
            max_pool_connections=50,
        )
        return boto3.session.Session().client(service, region_name=self._region, endpoint_url=endpoint, config=config)


def _translate(action: Callable[[], Any]) -> Any:
    import botocore.exceptions as failures  # noqa: PLC0415  # an extra

    try:
        return action()
    except failures.ClientError as error:
        answer = error.response
        status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = str(answer.get("Error", {}).get("Code", ""))
    except (failures.NoCredentialsError, failures.PartialCredentialsError, failures.ProfileNotFound):
        status, code = 401, "InvalidAccessKeyId"
    except (failures.HTTPClientError, failures.ConnectionError):
        status, code = 0, ""
    except failures.BotoCoreError:
        status, code = 400, ""
    raise ServiceError(status, code)
