"""How the keys of well-known services look, as a table: what each begins with, and what follows.

From the services' own documentation, and from what the public scanners of repositories know. Each regular expression is
matched at one place, and its repetitions are possessive and have an end, so none can go back over what it read.
"""

import re
from functools import cache

import msgspec

_URL = "[A-Za-z0-9_-]"
_ALNUM = "[A-Za-z0-9]"


class Shape(msgspec.Struct, frozen=True):
    """The keys of one kind."""

    kind: str
    """As people call it, with the service's name."""
    prefix: str
    """What it begins with, all of it literal."""
    rest: str
    """A regular expression of what follows."""

    @property
    def regex(self) -> re.Pattern[str]:
        """The whole key, its prefix included."""
        return _compiled(self.prefix, self.rest)


@cache
def _compiled(prefix: str, rest: str) -> re.Pattern[str]:
    """Compiled when a text has the prefix: a hundred of them would take longer than most programs that use them."""
    # `{20,100}` becomes `{20,100}+`, which never gives back what it took.
    possessive = re.sub(r"(\{\d+,\d+\})", r"\1+", rest)
    return re.compile(f"{re.escape(prefix)}(?:{possessive})(?![A-Za-z0-9])")


def _each(kind: str, prefixes: str, rest: str) -> list[Shape]:
    return [Shape(kind, prefix, rest) for prefix in prefixes.split()]


SHAPES: tuple[Shape, ...] = (
    *_each("AWS access key", "AKIA ASIA ABIA ACCA", "[A-Z2-7]{16}"),
    Shape("Alibaba access key", "LTAI", f"{_ALNUM}{{12,24}}"),
    Shape("Google API key", "AIza", f"{_URL}{{35}}"),
    Shape("Google client secret", "GOCSPX-", f"{_URL}{{28}}"),
    Shape("Google access token", "ya29.", f"{_URL}{{20,2000}}"),
    *_each("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", f"{_ALNUM}{{36,255}}"),
    Shape("GitHub token", "github_pat_", "[A-Za-z0-9_]{50,255}"),
    *_each(
        "GitLab token",
        "glpat- gldt- glrt- glptt- glft- glsoat- glcbt- gloas- glimt- glagent- glffct-",
        "[A-Za-z0-9_.-]{20,120}",
    ),
    *_each(
        "Slack token",
        "xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxo- xoxc- xoxd- xoxe.xoxp- xoxe.xoxb- xapp-",
        "[A-Za-z0-9%-]{20,400}",
    ),
    *_each("Stripe key", "sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ rk_prod_", f"{_ALNUM}{{16,250}}"),
    Shape("Stripe webhook secret", "whsec_", "[A-Za-z0-9+/=]{24,100}"),
    Shape("Anthropic key", "sk-ant-", f"{_URL}{{20,200}}"),
    *_each("OpenAI key", "sk-proj- sk-svcacct- sk-admin- sk-None-", f"{_URL}{{30,300}}"),
    Shape("OpenRouter key", "sk-or-v1-", "[a-f0-9]{40,100}"),
    Shape("model service key", "sk-", f"{_ALNUM}{{32,100}}"),
    Shape("Hugging Face token", "hf_", f"{_ALNUM}{{30,50}}"),
    Shape("Hugging Face token", "api_org_", f"{_ALNUM}{{30,50}}"),
    Shape("Groq key", "gsk_", f"{_ALNUM}{{40,80}}"),
    Shape("xAI key", "xai-", f"{_ALNUM}{{60,100}}"),
    Shape("Perplexity key", "pplx-", f"{_ALNUM}{{40,80}}"),
    Shape("Replicate token", "r8_", f"{_ALNUM}{{36,40}}"),
    Shape("Fireworks key", "fw_", f"{_ALNUM}{{22,40}}"),
    Shape("NVIDIA key", "nvapi-", f"{_URL}{{50,90}}"),
    Shape("Cerebras key", "csk-", "[a-z0-9]{40,60}"),
    Shape("Tavily key", "tvly-", f"{_URL}{{20,80}}"),
    *_each("LangSmith key", "lsv2_pt_ lsv2_sk_", "[a-f0-9]{32}_[a-f0-9]{10}"),
    Shape("npm token", "npm_", f"{_ALNUM}{{36}}"),
    Shape("PyPI token", "pypi-AgE", f"{_URL}{{50,1000}}"),
    Shape("RubyGems key", "rubygems_", "[a-f0-9]{48}"),
    *_each("Docker token", "dckr_pat_ dckr_oat_", f"{_URL}{{20,60}}"),
    Shape("NuGet key", "oy2", "[a-z0-9]{43}"),
    Shape("Clojars token", "CLOJARS_", "[a-z0-9]{60}"),
    Shape("crates.io token", "cio", f"{_ALNUM}{{32}}"),
    *_each("DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", "[a-f0-9]{64}"),
    Shape("Heroku key", "HRKU-", f"{_URL}{{30,80}}"),
    *_each("Fly.io token", "fo1_ fm1_ fm2_", "[A-Za-z0-9+/=_-]{40,2000}"),
    Shape("Netlify token", "nfp_", f"{_ALNUM}{{36,50}}"),
    *_each("Supabase key", "sbp_ sb_secret_", f"{_URL}{{28,60}}"),
    *_each("PlanetScale key", "pscale_tkn_ pscale_pw_ pscale_oauth_", "[A-Za-z0-9_.=-]{32,64}"),
    Shape("Databricks token", "dapi", "[a-f0-9]{32}(?:-[0-9])?"),
    *_each("Doppler token", "dp.pt. dp.st. dp.ct. dp.sa.", "[A-Za-z0-9_.-]{40,60}"),
    Shape("Linear key", "lin_api_", f"{_ALNUM}{{40}}"),
    Shape("Notion token", "ntn_", f"{_ALNUM}{{40,60}}"),
    Shape("Figma token", "figd_", f"{_URL}{{36,60}}"),
    Shape("Airtable token", "pat", f"{_ALNUM}{{14}}\\.[a-f0-9]{{64}}"),
    Shape("Atlassian token", "ATATT3", "[A-Za-z0-9_=-]{100,400}"),
    Shape("Bitbucket password", "ATBB", f"{_ALNUM}{{32}}"),
    Shape("Postman key", "PMAK-", "[a-f0-9]{24}-[a-f0-9]{34}"),
    *_each("New Relic key", "NRAK- NRJS- NRII- NRRA-", f"{_URL}{{19,42}}"),
    *_each("Grafana token", "glsa_ glc_", "[A-Za-z0-9+/=_]{32,400}"),
    *_each("Sentry token", "sntrys_ sntryu_", "[A-Za-z0-9+/=_]{40,500}"),
    *_each("Sonar token", "squ_ sqp_ sqa_", "[a-f0-9]{40}"),
    Shape("Dynatrace token", "dt0c01.", "[A-Z0-9]{24}\\.[A-Z0-9]{64}"),
    *_each("Vault token", "hvs. hvb. hvr.", f"{_URL}{{24,300}}"),
    Shape("Pulumi token", "pul-", "[a-f0-9]{40}"),
    Shape("SendGrid key", "SG.", f"{_URL}{{20,24}}\\.{_URL}{{39,50}}"),
    Shape("Mailgun key", "key-", "[a-f0-9]{32}"),
    *_each("Brevo key", "xkeysib- xsmtpsib-", "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    Shape("Twilio key", "SK", "[a-f0-9]{32}"),
    *_each("Square secret", "sq0csp- sq0atp- sq0idp-", f"{_URL}{{22,50}}"),
    *_each("Shopify token", "shpat_ shpca_ shppa_ shpss_", "[a-fA-F0-9]{32}"),
    Shape("Facebook token", "EAA", f"{_ALNUM}{{80,400}}"),
    Shape("age secret key", "AGE-SECRET-KEY-1", "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    Shape("1Password token", "ops_eyJ", "[A-Za-z0-9+/=_-]{100,2000}"),
    Shape("Adafruit key", "aio_", f"{_ALNUM}{{28}}"),
    Shape("Typeform token", "tfp_", "[A-Za-z0-9_.=-]{40,80}"),
    Shape("Prefect key", "pnu_", f"{_ALNUM}{{36}}"),
    Shape("ReadMe key", "rdme_", "[a-z0-9]{70}"),
    Shape("Tailscale key", "tskey-", f"{_URL}{{20,100}}"),
    *_each("NATS seed", "SUA SAA SOA SNA SCA SXA", "[A-Z2-7]{55}"),
)

DOTTED = tuple(shape for shape in SHAPES if shape.prefix.endswith("."))
"""Their long part stands behind the dot."""

JWT = re.compile(f"eyJ{_URL}{{8,4000}}+\\.eyJ{_URL}{{8,8000}}+\\.(?:{_URL}{{10,2000}}+)?")
DISCORD = re.compile(f"[MNO]{_URL}{{22,27}}+\\.{_URL}{{6}}\\.{_URL}{{27,40}}+(?![A-Za-z0-9])")

TELEGRAM = re.compile(f"[0-9]{{8,10}}+:AA{_URL}{{33}}(?![A-Za-z0-9])")
TERRAFORM = re.compile(f"{_ALNUM}{{14}}\\.atlasv1\\.{_URL}{{60,70}}+")
AZURE = re.compile("[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}+(?![A-Za-z0-9])")

SLACK_HOOK = re.compile("hooks\\.slack\\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{30,90}+)")
TEAMS_HOOK = re.compile("webhook\\.office\\.com/webhookb2/([A-Za-z0-9@/-]{60,200}+)")
DISCORD_HOOK = re.compile("discord(?:app)?\\.com/api/webhooks/([0-9]{15,22}+/[A-Za-z0-9_-]{50,90}+)")
