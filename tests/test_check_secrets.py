"""Secrets that look real are found; what documentation writes in their place is left alone.

No secret stands in this file: those that look real are drawn anew from a fixed seed.
"""

from __future__ import annotations

import base64
import json
import string
import time
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsite.check.facts import gather_facts
from callsite.check.policy import Policy
from callsite.check.rule import apply_rules
from callsite.check.secrets import _KINDS, _QUOTED, RULES, _find_quoted, _may_hold_tokens, _search, hide_secrets
from callsite.page import parse_page
from callsite.prose.converting import ProseConverter
from tests.strategies import texts

PROSE = ProseConverter({})
WORDS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def find(text: str) -> list[str]:
    facts = gather_facts(parse_page(text, "content/pages/a.md")[0], text, PROSE, Policy())
    return [str(problem) for problem in apply_rules(RULES, facts)]


def draw(random: Random, length: int, signs: str = WORDS) -> str:
    return "".join(random.choices(signs, k=length))


def encode(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def sign(random: Random) -> str:
    return f"{encode({'alg': 'HS256'})}.{encode({'sub': draw(random, 9)})}.{draw(random, 43)}"


Draw = Callable[[Random], str]

FORMS: dict[str, Draw] = {
    "an access key of AWS": lambda r: "AKIA" + draw(r, 16, string.ascii_uppercase + "234567"),
    "a token of GitHub": lambda r: "ghp_" + draw(r, 36),
    "a token of GitHub ": lambda r: f"github_pat_{draw(r, 22)}_{draw(r, 59)}",
    "a token of GitLab": lambda r: "glpat-" + draw(r, 20),
    "a token of Slack": lambda r: f"xoxb-{draw(r, 12, string.digits)}-{draw(r, 12, string.digits)}-{draw(r, 24)}",
    "a webhook of Slack": lambda r: f"hooks.slack.com/services/T{draw(r, 9)}/B{draw(r, 9)}/{draw(r, 24)}",
    "a key of Stripe": lambda r: "sk_live_" + draw(r, 24),
    "a key of Stripe ": lambda r: "rk_live_" + draw(r, 24),
    "a key of Google": lambda r: "AIza" + draw(r, 35),
    "a client secret of Google": lambda r: "GOCSPX-" + draw(r, 28),
    "a key of Azure": lambda r: f"AccountKey={draw(r, 86)}==",
    "a key of OpenAI": lambda r: f"sk-proj-{draw(r, 60)}T3BlbkFJ{draw(r, 60)}",
    "a key of Anthropic": lambda r: f"sk-ant-api03-{draw(r, 93)}AA",
    "a key of SendGrid": lambda r: f"SG.{draw(r, 22)}.{draw(r, 43)}",
    "a key of Twilio": lambda r: "SK" + draw(r, 32, HEX),
    "a token of DigitalOcean": lambda r: "dop_v1_" + draw(r, 64, HEX),
    "a token of Hugging Face": lambda r: "hf_" + draw(r, 34, string.ascii_letters),
    "a token of npm": lambda r: "npm_" + draw(r, 36),
    "a token of a package index": lambda r: "pypi-AgEIcHlwaS5vcmc" + draw(r, 120),
    "a token of Shopify": lambda r: "shpat_" + draw(r, 32, HEX),
    "a signed token": sign,
}

GIVEN: dict[str, Draw] = {
    "SECRET_KEY = '{}'": lambda r: draw(r, 50, string.ascii_lowercase + string.digits + "!@#%^&*(-_=+)"),
    'app.config["SECRET_KEY"] = b"{}"': lambda r: draw(r, 48, HEX),
    'api_key="{}"': lambda r: draw(r, 32),
    "apiKey: '{}',": lambda r: draw(r, 32),
    '{{"db_password": "{}"}}': lambda r: draw(r, 24),
    'os.environ.setdefault("API_TOKEN", "{}")': lambda r: draw(r, 40),
    "    token: str = '{}'": lambda r: draw(r, 40),
    "aws_secret_access_key => '{}'": lambda r: draw(r, 40, WORDS + "/+"),
    "export SESSION_SECRET={}": lambda r: draw(r, 40),
}


def find_share(text: Callable[[Random], str], wanted: str) -> float:
    """How many of the secrets that are drawn are found to be what they are."""
    random = Random(7)
    found = [find(f"title: t\n\n{text(random)}\n") for _ in range(40)]
    return sum(any(f"looks like {wanted};" in line for line in lines) for lines in found) / len(found)


@pytest.mark.parametrize("kind", FORMS)
def test_what_services_give_out_is_found(kind: str) -> None:
    assert find_share(FORMS[kind], kind.strip()) > 0.9
    assert find_share(lambda random: f"a `{FORMS[kind](random)}`", kind.strip()) > 0.9
    assert find_share(lambda random: f"```\n~~f(key='{FORMS[kind](random)}')\n```", kind.strip()) > 0.9


@pytest.mark.parametrize("kind", FORMS)
def test_what_goes_on_is_something_else(kind: str) -> None:
    secret = FORMS[kind](Random(3))
    if kind != "a signed token":  # whose last part has no fixed length
        assert find(f"title: t\n\n{secret}{'-' * 300}\n") == []
    assert find(f"title: t\n\nx-{secret}\n") == []


@pytest.mark.parametrize("around", GIVEN)
def test_what_is_given_to_a_name_that_says_it_is_found(around: str) -> None:
    assert find_share(lambda random: f"```python\n{around.format(GIVEN[around](random))}\n```", "a secret") > 0.85


@pytest.mark.parametrize(
    "around", ["digest = '{}'", "{}", "'{}'", "token_hash = '{}'", "f('{}')", "x = secret, '{}'", "password is '{}'"]
)
def test_other_random_texts_are_left_alone(around: str) -> None:
    for signs, length in ((HEX, 40), (HEX, 64), (WORDS, 44)):
        assert find(f"title: t\n\n```python\n{around.format(draw(Random(5), length, signs))}\n```\n") == []


@pytest.mark.parametrize(
    "begin",
    [
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        '"-----BEGIN EC PRIVATE KEY-----\\n"\n    "',
        "-----BEGIN OPENSSH PRIVATE KEY-----\\n",
    ],
)
def test_a_private_key_is_found(begin: str) -> None:
    # What all keys begin with looks made up, and is not.
    body = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ" + draw(Random(1), 20)
    [found] = find(f"title: t\n\n```python\n{begin}{body}\n```\n")
    assert found.startswith(f"content/pages/a.md:{4 + begin.count(chr(10))}: O106 `b3Bl…` looks like a private key")


@pytest.mark.parametrize(
    "text",
    [
        'if "-----BEGIN PRIVATE KEY-----" in text:\n    raise ValueError("this is a private key and not a public one")',
        "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA...\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n" + "x" * 64,
        "-----BEGIN PUBLIC KEY-----\n" + draw(Random(1), 64),
        "-----BEGIN CERTIFICATE-----\n" + draw(Random(1), 64),
    ],
)
def test_what_is_no_private_key_is_left_alone(text: str) -> None:
    assert find(f"title: t\n\n```\n{text}\n```\n") == []


@pytest.mark.parametrize("url", ["postgresql://admin:{}@db.company.net/x", "https://me:{}@git.company.net/r.git"])
def test_a_password_in_an_address_is_found(url: str) -> None:
    assert find_share(lambda random: f"x = '{url.format(draw(random, 16))}'", "a password") > 0.85


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://scott:tiger@localhost/test",
        "postgresql://scott:tiger@db.company.net/test",
        "postgresql://user:password123@db.company.net/test",
        "mysql://root:aB3dE6gH9jK2mN5p@localhost/test",
        "mysql://root:aB3dE6gH9jK2mN5p@127.0.0.1:3306/test",
        "amqp://guest:aB3dE6gH9jK2mN5p@rabbit.example.org//",
        "postgres://{user}:{password}@db.company.net/x",
        "https://$USER:$SOME_V4R14BL3@db.company.net/x",
        "https://github.com/o/r:aB3dE6gH9jK2mN5p@x.y",
        "https://company.net/a:aB3dE6gH9jK2mN5p@company.net",
    ],
)
def test_addresses_without_a_password_of_anybody(url: str) -> None:
    assert find(f"title: t\n\nengine = create_engine('{url}')\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'",
        "SECRET_KEY = 'dev'",
        "SECRET_KEY = 'not-so-secret'",
        "SECRET_KEY = 'you-will-never-guess-this-one-2'",
        "SECRET_KEY = 'django-insecure-4q8v2m!x@t7w5z9k#b3n6p1r%y0u&h*j'",
        "SECRET_KEY = os.environ['SECRET_KEY_OF_THE_APPLICATION_1']",
        "SECRET_KEY=$(python -c 'import secrets; print(secrets.token_hex())')",
        "API_TOKEN=<the-t0k3n-that-y0u-were-given>",
        "token = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'",
        "token = 'abcdefghijklmnopqrstuvwxyz0123456789'",
        "token = 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'",
        "token = 'ghp_000000000000000000000000000000000000'",
        "slack = 'xoxb-123456789012-1234567890123-abcdefABCDEF1234567890ab'",
        "api_key = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc'",
        "token = 'a6f1c9de-0b47-4c55-9d3e-7f2b8e61c0aa'",
        "password = 'pbkdf2_sha256$260000$kQ8fX2mT$9fTz3Vb7Jq1Lr5Yw0Xc8Nd4Hs6Ga2Ke='",
        "password = '$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW'",
        "password = 'sha1:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b'",
        "token_generator = 'django.contrib.auth.tokens.PasswordResetTokenGenerator'",
        "AUTH_PASSWORD_VALIDATORS = ['django.contrib.auth.password_validation.MinimumLengthValidator']",
        "oauth_token = 'OAuth2AuthorizationCodeBearerScheme'",
        "token = 'aWordAndAnotherOneInCamelCase2'",
        "waitForSecret('resource', 'waitForTaskTokenBecauseOfSomething1')",
        'types = ["AWS::SecretsManager::Secret", "48205d4ffd7feba348205d4ffd7feba3"]',
        "-----BEGIN PGP SIGNED MESSAGE-----",
        "The word eyJ.eyJ.x and eyJxxxxxxxxxxxx.eyJyyyyyyyyyyyy.zzzzzzzzzzzzzzzzzzzzzz are no tokens.",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "rev=8d9501598ff9a8d3ef2bb2d3ea9a8a3d4a9e6d3b",
        '"integrity": "sha512-rJ3Gq8y2fW0oX7vT9mE4cK1zB6nL5aS8dH2pQ3uY0iR7tV4xC9wZ6bM1jN5gF8kD=="',
    ],
)
def test_what_documentation_is_full_of_is_left_alone(text: str) -> None:
    assert find(f"title: t\n\n{text}\n\n```\n{text}\n```\n") == []


def test_john_doe_has_no_secrets() -> None:
    head, end = encode({"alg": "HS256", "typ": "JWT"}), draw(Random(2), 43)
    assert find(f"title: t\n\n{head}.{encode({'sub': '1', 'name': 'John Doe'})}.{end}\n") == []
    assert len(find(f"title: t\n\n{head}.{encode({'sub': '1', 'name': 'Jane Roe'})}.{end}\n")) == 1
    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * 100_000).decode().rstrip("=")
    assert find(f"title: t\n\n{head}.{deep}.{end}\n") == []


def test_a_secret_is_not_repeated() -> None:
    """What is printed of it opens nothing, and the place is that of its first character."""
    secret = "AKIA" + draw(Random(3), 16, string.ascii_uppercase + "234567")
    text = f"title: t\n\nIn prose: {secret}\n\n```python\nimport boto3\n~~boto3.client('s3', key='{secret}')\n```\n"
    [prose, code] = find(text)
    assert prose == (
        "content/pages/a.md:3: O106 `AKIA…` looks like an access key of AWS; "
        "have it revoked if it was ever real, and write a made-up one in its place"
    )
    assert code.startswith("content/pages/a.md:7: O106 `AKIA…` looks like an access key of AWS")
    assert secret[4:8] not in prose + code


def test_one_secret_is_found_once() -> None:
    token = FORMS["a token of GitHub"](Random(1))
    assert len(find(f"title: t\n\n```python\nGITHUB_TOKEN = '{token}'\n```\n")) == 1


def test_the_example_is_what_is_printed() -> None:
    key = FORMS["an access key of AWS"](Random(1))
    assert find("title: t\n" + "\n" * 10 + key + "\n") == list(RULES[0].examples)


@given(texts())
def test_any_page_can_be_looked_at(text: str) -> None:
    for line in find(text):
        assert line.startswith("content/pages/a.md:")


@pytest.mark.parametrize(
    "piece",
    ["://a:aaaaaaaa", "eyJaaaaaaaaaaaa.", "eyJ", "-----BEGIN PRIVATE KEY-----\\n", "sk-", "A=", "'a", "gh", "secret="],
)
def test_time_grows_with_length_alone(piece: str) -> None:
    facts = [
        gather_facts(parse_page("")[0], piece * (size // len(piece)), PROSE, Policy()) for size in (20_000, 400_000)
    ]
    times = []
    for one in facts:
        begin = time.process_time()
        assert list(RULES[0].apply(one)) == []
        times.append(time.process_time() - begin)
    assert times[1] < 40 * times[0] + 1


def test_secrets_are_hidden_with_no_line_lost() -> None:
    token = "ghp_" + draw(Random(1), 36)
    key = "\n".join(draw(Random(number), 64) for number in range(4))
    text = (
        f"a\napi_key = '{token}'  # {token}\n-----BEGIN RSA PRIVATE KEY-----\n{key}\n-----END RSA PRIVATE KEY-----\nz"
    )
    hidden = hide_secrets(text)
    assert token not in hidden
    assert not any(row in hidden for row in key.split("\n"))
    assert hidden.count("ghp_…") == 2
    assert hidden.count("\n") == text.count("\n")
    assert hidden.endswith("-----END RSA PRIVATE KEY-----\nz")
    assert hide_secrets("nothing here\n") == "nothing here\n"


@given(texts())
def test_what_holds_no_secret_stays(text: str) -> None:
    assert hide_secrets(text).count("\n") == text.count("\n")


TOKENS = st.sampled_from(
    [
        *(
            "AKIA",
            "ASIA",
            "ghp_",
            "github_pat_",
            "glpat-",
            "gldt-",
            "xoxb-1-",
            "hooks.slack.com/services/T",
            "/B",
            "sk_live_",
        ),
        *("AIza", "GOCSPX-", "AccountKey=", "==", "sk-", "T3BlbkFJ", "sk-ant-", "SG.", "SK", "dop_v1_", "hf_", "npm_"),
        *(
            "pypi-AgE",
            "shpat_",
            ".",
            "/",
            " ",
            "\n",
            "é",
            "漢",
            "'",
            '"',
            "\\",
            "\xa0",
            "\x85",
            "x",
            "-",
            "_",
            "token = '",
        ),
    ]
)
STRETCHES = st.builds(lambda sign, times: sign * times, st.sampled_from("A2f_-.é漢/"), st.integers(8, 90))


@given(st.lists(TOKENS | STRETCHES, max_size=12).map("".join))
def test_what_is_looked_into_is_all_that_could_be_found(text: str) -> None:
    signs = text.encode("latin-1", "replace")
    assert _may_hold_tokens(text, signs) or not any(form.search(text) for _, form in _KINDS)
    assert [match.span() for match in _find_quoted(text, signs)] == [match.span() for match in _QUOTED.finditer(text)]


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("around", ["{}", "é{}漢", "x = '{}'", "a\n{}\n", "/{}.", "😀({})"])
def test_tokens_are_found_wherever_they_begin(kind: str, around: str) -> None:
    token = FORMS[kind](Random(7))
    text = around.format(token)
    assert kind.strip() == "a signed token" or _may_hold_tokens(text, text.encode("latin-1", "replace"))
    assert token in [found for _, _, found in _search(text)]


@pytest.mark.parametrize(
    "text", ["", "AKIA", "x" * 40, "sk-" + "a" * 16, "a" * 19 + " " + "b" * 20, "xAKIA" + "A" * 30]
)
def test_most_texts_are_not_looked_into(text: str) -> None:
    assert not _may_hold_tokens(text, text.encode("latin-1", "replace"))


def test_strings_in_quotes_are_those_of_a_plain_search() -> None:
    text = f"'{'a' * 20}'{'b' * 20}'{'c' * 20}\" \"{'d' * 30}\\\" '{'é' * 20}' '{'漢' * 20}' '{'e' * 10}\xa0{'e' * 10}' '{'f' * 201}'"
    found = [match[1] for match in _find_quoted(text, text.encode("latin-1", "replace"))]
    assert found == [match[1] for match in _QUOTED.finditer(text)]
    assert found == ["a" * 20, "c" * 20, "é" * 20, "漢" * 20]
