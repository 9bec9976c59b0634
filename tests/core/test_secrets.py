"""What is found in a text, what is not taken for a secret, and that no text holds the search up."""

import string

import pytest

from rulewright.core.privacy.redact import redact, remove_secrets
from rulewright.core.privacy.secrets import find_secrets
from tests.harness.secret_samples import Sample, jwt, key_of, pem, samples

ALL = tuple(samples())


@pytest.mark.parametrize("sample", ALL, ids=[s.name.replace(" ", "-") for s in ALL])
def test_each_kind_is_found(sample: Sample) -> None:
    for text in (sample.text, f"\n{sample.text}\n", f"# see below\r\n{sample.text}\r\n"):
        shown = redact(text)
        assert sample.secret not in shown
        assert "[redacted: " in shown
        assert redact(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        'password = "password"',
        'password = "your-password-here"',
        'PASSWORD_FIELD = "user_password_2"',
        "password = os.environ['DB_PASSWORD']",
        "password: ${{ secrets.DB_PASSWORD }}",
        "const password = process.env.PASSWORD1;",
        "password = getpass.getpass2()",
        "def login(user, password=None, token2=None): ...",
        'token = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"',
        'api_key = "YOUR_API_KEY_GOES_HERE_0123"',
        'cache_key = "4c1b9f0e5d7a2b8c6e3f1a0d9b7c5e2f"',
        'commit_key = "4c1b9f0e5d7a2b8c6e3f1a0d9b7c5e2f4c1b9f0e"',
        'integrity: "sha512-c8h2k1Vw0qjTnQd3mXr7bZ5gYf9pLs4aKe6uJi1oWx=="',
        'public_key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7h3"',
        'token_url = "https://login.example.com/oauth2/v2.0/token"',
        "postgresql://user:password@localhost/db",
        "postgresql://app:${DB_PASSWORD}@localhost/db",
        "https://example.com:8080/@scope/package",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7h3\n-----END PUBLIC KEY-----",
        'if "-----BEGIN PRIVATE KEY-----" in text:',
        "AKIAIOSFODNN7EXAMPLE",
        "keyboard_layout = 'w32-register-hot-key2'",
        "HTTP_407_PROXY_AUTHENTICATION_REQUIRED, HTTP_408_REQUEST_TIMEOUT",
        "the key is to keep tokens under 20000 characters",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_the_rest_of_a_text_stays_as_it_is() -> None:
    key = key_of("github classic")
    assert redact(f'a = 1\ntoken = "{key}"  # é\n') == 'a = 1\ntoken = "[redacted: GitHub token]"  # é\n'


def test_a_key_is_found_where_it_is_escaped_or_part_of_a_word() -> None:
    key = key_of("github classic")
    for around in ("a\\n{}", "%22{}%22", "x=token-{}", "{}\\n", "<{}>", "/{}/", "İ{}"):
        assert key not in redact(around.format(key)), around


def test_two_secrets_that_touch_are_both_gone() -> None:
    one, two = key_of("github classic"), key_of("aws")
    shown = redact(f"{one},{two};{jwt()}\n{pem()}\n{pem(1)}")
    assert all(secret not in shown for secret in (one, two, jwt(), pem().split("\n")[3], pem(1).split("\n")[3]))
    assert len(remove_secrets(f"{one},{two}").secrets) == 2


HOSTILE = {
    "begins of keys": "-----BEGIN RSA PRIVATE KEY-----\n",
    "begins without ends": "-----BEGIN PRIVATE KEY-----" + "A" * 200,
    "tokens": "eyJhbGciOiJIUzI1NiJ9.eyJ",
    "dots": "eyJ1." * 3,
    "names": "password",
    "names and signs": 'password="',
    "open quotes": 'secret_key = "' + "a1" * 100,
    "addresses": "://a:b",
    "long addresses": "http://" + "a" * 90 + ":",
    "spaces": "token        ",
    "bearers": "bearer ",
    "marks": ":AA8Q~.atlasv1.",
    "keys": "sk-ant-sk-proj-ghp_1",
    "digits": "0123456789",
    "dashes": "-",
    "backslashes": 'password="\\',
    "types": "password: a[b[c[d ",
    "letters": string.ascii_letters,
    "hooks": "hooks.slack.com/services/",
    "putty": "Private-Lines: 9\nabc\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_holds_the_search_up(name: str) -> None:
    # Twice as much takes about twice as long; where it took the square, this would take minutes.
    piece = HOSTILE[name]
    assert isinstance(find_secrets(piece * (300_000 // len(piece))), tuple)
    assert isinstance(find_secrets(piece[:-1] + "\u0130" + piece * (30_000 // len(piece))), tuple)
