"""Credentials never get into messages."""

from __future__ import annotations

import pytest

from callsite.publishing.masking import hide_credentials

KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY"
TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3


@pytest.mark.parametrize(
    "name",
    [
        "AWS_SECRET_ACCESS_KEY",
        "AZURE_STORAGE_KEY",
        "GITHUB_TOKEN",
        "MY_PASSWORD",
        "SMTP_PASS",
        "NETLIFY_AUTH",
        "gitlab_pat",
    ],
)
def test_values_of_the_environment_are_hidden(name: str) -> None:
    said = hide_credentials(f"the server says: {KEY} is wrong ({KEY})", {name: KEY})
    assert said == "the server says: … is wrong (…)"


def test_longer_values_go_before_their_beginnings() -> None:
    environment = {"A_TOKEN": "correct-horse", "B_TOKEN": "correct-horse-battery"}
    assert hide_credentials("correct-horse-battery", environment) == "…"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://user:pass@host/a is gone", "https://…@host/a is gone"),
        (f"fatal: https://x-access-token:{TOKEN}@host/a.git", "fatal: https://…@host/a.git"),
        ("ssh://git@host/a", "ssh://…@host/a"),
        ("GET /a?X-Amz-Signature=abcdef0123&b=1", "GET /a?X-Amz-Signature=…&b=1"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=AKIA/2026/us, Signature=0123", "Authorization: … Signature=…"),
        ("az://c?sv=2024&sig=abc%2Fdef", "az://c?sv=2024&sig=…"),
    ],
)
def test_credentials_in_addresses_and_headers_are_hidden(text: str, said: str) -> None:
    assert hide_credentials(text, {}) == said


@pytest.mark.parametrize(
    "text",
    [
        "index.html: cannot be written, No space left on device; make room",
        "mail me at someone@example.org about https://host/a@b",
        "the token is missing; log in first",
        "s3://bucket/folder: there is no such bucket",
    ],
)
def test_harmless_messages_stay(text: str) -> None:
    environment = {
        "SSH_AUTH_KEY_FILE": "/home/someone/.ssh/id",
        "SHORT_KEY": "html",
        "HOME": "folder",
        "EMPTY_TOKEN": "",
        "GIT_AUTHOR_NAME": "make room",
    }
    assert hide_credentials(text, environment) == text
