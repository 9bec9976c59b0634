"""Secrets that open nothing, drawn when they are needed: no file of the project has one written down."""

import base64
import json
import random
import string
from collections.abc import Iterator
from typing import NamedTuple

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = LOWER + UPPER + DIGITS
URL = ALNUM + "_-"
HEX = "0123456789abcdef"
SIGNS = LOWER + DIGITS + "!@#$%^&*(-_=+)"
"""What Django draws its keys from."""
BASE32 = UPPER + "234567"


class Sample(NamedTuple):
    """A text with a secret in it."""

    name: str
    text: str
    secret: str
    """The part that must not be shown."""


# Service, beginning, alphabet, how many characters follow. From the services' manuals.
KEYS = """
aws|AKIA|base32|16
aws session|ASIA|base32|16
alibaba|LTAI|alnum|20
google|AIza|url|35
google client|GOCSPX-|url|28
google access|ya29.|url|120
github classic|ghp_|alnum|36
github oauth|gho_|alnum|36
github server|ghs_|alnum|36
github fine|github_pat_|alnum|82
gitlab|glpat-|url|20
gitlab runner|glrt-|url|20
slack app|xapp-1-|alnum|60
stripe live|sk_live_|alnum|24
stripe test|sk_test_|alnum|99
stripe hook|whsec_|alnum|32
anthropic|sk-ant-api03-|url|95
openai project|sk-proj-|url|120
openai old|sk-|alnum|48
openrouter|sk-or-v1-|hex|64
hugging face|hf_|alnum|34
groq|gsk_|alnum|52
xai|xai-|alnum|80
perplexity|pplx-|alnum|48
replicate|r8_|alnum|37
nvidia|nvapi-|url|64
npm|npm_|alnum|36
pypi|pypi-AgEIcHlwaS5vcmc|url|140
rubygems|rubygems_|hex|48
docker|dckr_pat_|url|27
digitalocean|dop_v1_|hex|64
databricks|dapi|hex|32
doppler|dp.pt.|alnum|43
linear|lin_api_|alnum|40
notion|ntn_|alnum|46
figma|figd_|url|40
atlassian|ATATT3xFfGF0|url|170
postman|PMAK-|postman|0
new relic|NRAK-|upper|27
grafana|glsa_|alnum|41
sentry|sntryu_|hex|64
sonar|sqp_|hex|40
vault|hvs.|url|90
pulumi|pul-|hex|40
sendgrid|SG.|sendgrid|0
mailgun|key-|hex|32
brevo|xkeysib-|brevo|0
twilio|SK|hex|32
square|sq0csp-|url|43
shopify|shpat_|hex|32
supabase|sb_secret_|url|31
tailscale|tskey-auth-|alnum|30
age|AGE-SECRET-KEY-1|bech|58
telegram||telegram|0
discord||discord|0
terraform||terraform|0
azure client||azure|0
slack bot||slack|0
airtable||airtable|0
"""


def drawn(random_: random.Random, alphabet: str, n: int) -> str:
    """A word of `n` characters, with a digit and a letter, as keys of services have."""
    while True:
        word = "".join(random_.choices(alphabet, k=n))
        if any(c in DIGITS for c in word) and any(c.isalpha() for c in word) and word[-1] not in "_-":
            return word


def key_of(service: str, seed: int = 0) -> str:
    """A key that looks like those of a service."""
    row = next(line.split("|") for line in KEYS.split("\n") if line.startswith(service + "|"))
    _, begin, alphabet, n = row
    r = random.Random(f"{service} {seed}")
    special = {
        "postman": lambda: drawn(r, HEX, 24) + "-" + drawn(r, HEX, 34),
        "sendgrid": lambda: drawn(r, URL, 22) + "." + drawn(r, URL, 43),
        "brevo": lambda: drawn(r, HEX, 64) + "-" + drawn(r, ALNUM, 16),
        "telegram": lambda: "".join(r.choices("123456789", k=10)) + ":A" + "A" + drawn(r, URL, 33),
        "discord": lambda: "M" + drawn(r, ALNUM, 23) + "." + drawn(r, ALNUM, 6) + "." + drawn(r, URL, 27),
        "terraform": lambda: drawn(r, ALNUM, 14) + ".atlas" + "v1." + drawn(r, URL, 67),
        "azure": lambda: drawn(r, ALNUM, 3) + "8Q" + "~" + drawn(r, ALNUM, 34),
        "slack": lambda: "xo" + "xb-" + "".join(r.choices(DIGITS, k=12)) + "-" + drawn(r, ALNUM, 24),
        "airtable": lambda: "pa" + "t" + drawn(r, ALNUM, 14) + "." + drawn(r, HEX, 64),
    }
    if alphabet in special:
        return begin + special[alphabet]()
    letters = {"base32": BASE32, "alnum": ALNUM, "url": URL, "hex": HEX, "upper": UPPER + DIGITS}
    letters["bech"] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
    return begin + drawn(r, letters[alphabet], int(n))


def services() -> list[str]:
    """The services that there are keys of."""
    return [line.split("|")[0] for line in KEYS.strip().split("\n")]


def pem(seed: int = 0, label: str = "RSA PRIVATE KEY", n_lines: int = 12) -> str:
    """A private key, as programs write it."""
    r = random.Random(f"pem {seed}")
    lines = [drawn(r, ALNUM + "+/", 64) for _ in range(n_lines)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])


def jwt(seed: int = 0) -> str:
    """A signed token."""
    r = random.Random(f"jwt {seed}")
    parts = [json.dumps(p).encode() for p in ({"alg": "HS256", "typ": "JWT"}, {"sub": r.randrange(10**9)})]
    return ".".join([*(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in parts), drawn(r, URL, 43)])


# What stands around a secret: `{}` is a password that somebody thought of, `[]` one that was drawn.
SETTINGS = """
python assignment|password = "{}"
python annotated|password: str = "{}"
constant|DB_PASSWORD = '{}'
keyword argument|connect(host="db", user="app", password="{}")
dictionary|settings = {"user": "app", "password": "{}"}
json|  "adminPassword": "{}",
javascript|const dbPassword = '{}';
javascript template|const dbPassword = `{}`;
typescript typed|const passphrase: string = "{}";
go|dbPassword := "{}"
go typed|const dbPassword string = "{}"
java|private String password = "{}";
ruby|:password => "{}"
rust|let password: &str = "{}";
php|'password' => '{}',
environment file|DB_PASSWORD={}
exported|export PGPASSWORD={}
properties|spring.datasource.password={}
yaml|  password: {}
toml|password = "{}"
option|mysqldump --password={} --all
option and space|deploy --password {} --all
xml|<password>{}</password>
json in a text|"{\\"password\\": \\"{}\\"}"
compared|if password == "{}":
setting of the environment|os.environ["DB_PASSWORD"] = "{}"
put into the environment|setenv("DB_PASSWORD", "{}")
connection string|Server=db;Database=app;User Id=sa;Password={};Encrypt=true
postgres address|postgresql://app:{}@db.internal:5432/app
redis address|redis://:{}@cache:6379/0
mongo address|mongodb+srv://app:{}@cluster0.mongodb.net/app
amqp address|AMQP_URL = "amqp://app:{}@queue/"
https with name|https://build:{}@git.internal/team/app.git
api key|API_KEY = "[]"
api key in yaml|api_key: []
secret key|SECRET_KEY = '[]'
client secret in json|"client_secret": "[]"
aws secret|aws_secret_access_key = [40]
aws secret exported|export AWS_SECRET_ACCESS_KEY=[40]
token|const authToken = "[]"
token in a header|headers["X-Auth-Token"] = "[]"
bearer|Authorization: Bearer []
bearer in a call|headers={"Authorization": f"Bearer []"}
query|https://api.internal/v1/items?api_key=[]&page=2
cookie|session_cookie = "[]"
account key|DefaultEndpointsProtocol=https;AccountName=app;AccountKey=[86]==;EndpointSuffix=core
kubernetes|  - name: API_TOKEN\\n    value: []
encryption key|ENCRYPTION_KEY = "[hex]"
docker argument|docker run -e APP_SECRET=[] app
django|SECRET_KEY = '[signs]'
curl|curl -u admin:{} https://api.internal/v1
token in an address|https://[]@git.internal/team/app.git
token header|Authorization: Token [hex]
helm|helm install app --set auth.password={} chart
properties with spaces|jdbc.password = {}
dockerfile|ENV DB_PASSWORD {}
short name|{ user: 'app', pass: '{}' }
php constant|define('DB_PASSWORD', '{}');
swift|let apiKey: String = "[]"
npm settings|//registry.internal/:_authToken=[]
"""
DRAWN = (("[]", ALNUM, 32), ("[40]", ALNUM + "+/", 40), ("[86]", ALNUM, 86), ("[hex]", HEX, 64), ("[signs]", SIGNS, 50))
THOUGHT_OF = ("hunter2-horse", "Tr0ub4dor&3", "S3cure!pass", "kX9#mQ2$vL", "blue42Giraffe!")


def settings(seed: int = 0) -> Iterator[Sample]:
    """Secrets that only their surroundings tell."""
    r = random.Random(f"settings {seed}")
    for line in SETTINGS.strip("\n").split("\n"):
        name, _, form = line.partition("|")
        form = form.replace("\\n", "\n").replace('\\\\"', '\\"')
        if "{}" in form:
            secret = r.choice(THOUGHT_OF)
            if "://" in form or "={}" in form or "-u" in form or form[-2:] == "{}":
                secret = secret.replace("#", "").replace("&", "").replace("$", "")
            yield Sample(name, form.replace("{}", secret), secret)
            continue
        for mark, alphabet, n in (
            ("[]", ALNUM, 32),
            ("[40]", ALNUM + "+/", 40),
            ("[86]", ALNUM, 86),
            ("[hex]", HEX, 64),
        ):
            if mark in form:
                secret = drawn(r, alphabet, n)
                yield Sample(name, form.replace(mark, secret), secret)


def samples(seed: int = 0) -> Iterator[Sample]:
    """Secrets of every kind that is on the list, each in a text."""
    for service in services():
        key = key_of(service, seed)
        yield Sample(service, f'client = connect("{key}")\n', key)
    for label in ("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"):
        key = pem(seed, label)
        yield Sample(label.lower(), key, key.split("\n")[3])
        yield Sample(f"{label.lower()} in a string", json.dumps({"k": key}), key.split("\n")[3])
    yield Sample("a private key that was cut", pem(seed)[:400], pem(seed).split("\n")[3])
    yield Sample("json web token", f"token: {jwt(seed)}", jwt(seed).split(".")[2])
    slack = drawn(random.Random(f"hook {seed}"), ALNUM, 24)
    yield Sample(
        "slack hook", f"https://hooks.slack.com/services/T0{slack[:8].upper()}/B0{slack[:8].upper()}/{slack}", slack
    )
    yield from settings(seed)
