"""From settings and the environment to a store that can be asked.

Credentials are looked for where each store's own tools look. For S3: the variables `AWS_…`, roles of the machine, and,
with boto3, all that the AWS command line knows (profiles, single sign-on). For Google: `GOOGLE_…` and what `gcloud auth
application-default login` has left; for Azure: `AZURE_…`. Nothing is ever asked without credentials.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from callsite.destinations.store.address import Address
from callsite.destinations.store.amazon import find_credentials, has_boto3
from callsite.destinations.store.patience import Patience
from callsite.errors import CallsiteError
from callsite.publish.settings import StoreSettings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig, S3Config

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


def connect(settings: StoreSettings, address: Address, patience: Patience) -> ObjectStore:
    """Make the store that settings mean. Nothing is asked of it yet, but where its credentials come from may be.

    Raises CallsiteError when there is something wrong with what the environment says.
    """
    endpoint = find_endpoint(settings, address, os.environ)
    timeout = timedelta(seconds=patience.timeout)
    client: ClientConfig = {
        "timeout": timeout,
        "connect_timeout": min(timeout, timedelta(seconds=10)),
        "allow_http": endpoint.startswith("http://"),
        "user_agent": "callsite",
    }
    # Tried again is by `asking`, which says so.
    retry: RetryConfig = {"max_retries": 0}
    prefix = address.folder or None
    try:
        if address.kind == "gs":
            return GCSStore(
                address.bucket,
                prefix=prefix,
                config={"skip_signature": False, **({"base_url": endpoint} if endpoint else {})},
                client_options=client,
                retry_config=retry,
            )
        if address.kind == "az":
            account = os.environ.get("AZURE_STORAGE_ACCOUNT_NAME", "")
            return AzureStore(
                address.bucket,
                prefix=prefix,
                config={
                    "skip_signature": False,
                    **({"account_name": account} if account else {}),
                    **({"endpoint": endpoint} if endpoint else {}),
                },
                client_options=client,
                retry_config=retry,
            )
        provider = find_credentials(str(address)) if wants_boto3(os.environ) else None
        config = plan_s3(settings, endpoint, os.environ)
        if provider and "region" not in config and provider.config.get("region"):
            config["region"] = provider.config["region"]
        return S3Store(
            address.bucket,
            prefix=prefix,
            config=config,
            client_options=client,
            retry_config=retry,
            credential_provider=provider,
        )
    except (BaseError, ValueError) as error:
        is_nameless = "Account must be specified" in str(error)
    # Not from that error: it may repeat what it could not read.
    if is_nameless:
        raise CallsiteError(f"{address}: no account is named; set AZURE_STORAGE_ACCOUNT_NAME")
    hint = "see that what the variables for this store say is complete"
    raise CallsiteError(f"{address}: what the environment says of credentials cannot be read; {hint}")


def find_endpoint(settings: StoreSettings, address: Address, environment: Mapping[str, str]) -> str:
    """The server of a store that is not where its kind usually is, "" for the usual one."""
    if settings.endpoint or address.kind != "s3":
        return settings.endpoint
    return next((environment[name] for name in _ENDPOINTS if environment.get(name)), "")


def plan_s3(settings: StoreSettings, endpoint: str, environment: Mapping[str, str]) -> S3Config:
    """How obstore is to speak to S3, or to what is like it."""
    # A signed payload has its SHA-256 in the signature, so every such store notices damage.
    config: S3Config = {"skip_signature": False, "unsigned_payload": False, "conditional_put": "etag"}
    if endpoint:
        config["endpoint"] = endpoint.rstrip("/")
        config["aws_endpoint_url_s3"] = endpoint.rstrip("/")
    elif not environment.get("AWS_CHECKSUM_ALGORITHM"):
        # Of Amazon's own it is kept beside the object. Some stores refuse the header.
        config["checksum_algorithm"] = "SHA256"
    region = settings.region or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if region:
        config["region"] = region
    return config


def wants_boto3(environment: Mapping[str, str]) -> bool:
    """Whether credentials are best looked for by boto3. Raises CallsiteError when it is needed and not there."""
    own = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    if any(environment.get(name) for name in (*own, "AWS_CONTAINER_CREDENTIALS_FULL_URI")):
        return False
    if has_boto3():
        return True
    home = Path(environment.get("HOME", "/"))
    files = (
        environment.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws/credentials",
        environment.get("AWS_CONFIG_FILE") or home / ".aws/config",
    )
    if environment.get("AWS_PROFILE") or any(Path(file).is_file() for file in files):
        hint = "install callsite[s3], or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        raise CallsiteError(f"the profiles of ~/.aws are read with boto3, which is not installed; {hint}")
    return False
