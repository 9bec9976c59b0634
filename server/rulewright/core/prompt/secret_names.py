"""Names of files that hold secrets by custom: their content is never put into a prompt."""

import re

_NAME = re.compile(
    r"""(?x)
      \.env(?:rc|\..+)? | .+\.env
    | .+\.(?:pem|key|p12|pfx|p8|jks|keystore|kdbx?|ppk|gpg|pgp|ovpn|tfvars|tfstate(?:\.backup)?|agekey|mobileprovision)
    | id_(?:rsa|dsa|ecdsa|ed25519|ecdsa_sk|ed25519_sk)(?:[._-].*)?
    | \.?(?:netrc|npmrc|yarnrc|pypirc|pgpass|htpasswd|dockercfg|git-credentials|s3cfg|boto)
    | \.?vault[-_]?(?:token|pass(?:word)?)
    | _netrc | (?:aws_?)?credentials | kubeconfig | wallet\.dat | shadow | \.terraformrc
    | (?:client_?)?(?:credentials?|secrets?)(?:\..+)?\.(?:json|ya?ml|toml|ini|xml|properties|txt|csv)
    | (?:client_secret|service[-_]?account).*\.json | .*\.tfvars\.json | .+_history
    """
)
_FOLDERS = frozenset({".git", ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".password-store", ".docker"})
_HARMLESS = re.compile(r".*\.(?:pub|example|sample|template|dist|defaults?)")


def is_secret_name(path: str) -> bool:
    """Whether the path of a file, with forward slashes, says that it holds secrets."""
    *folders, name = path.lower().split("/")
    if not _FOLDERS.isdisjoint(folders):
        return True
    return bool(_NAME.fullmatch(name)) and not _HARMLESS.fullmatch(name)
