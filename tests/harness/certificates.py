"""Certificates for 127.0.0.1 by an authority of our own, good ones and others."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Certificates:
    """An authority, and servers that show what it signed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
        now = datetime.now(UTC)
        made = self._signed(self._name, self._key, now - 900 * DAY, now + 900 * DAY, [], is_authority=True)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(made)

    def server(self, which: str) -> ssl.SSLContext:
        """What a server shows: `good`, `expired`, `early` or `elsewhere`; by any other name, a good one."""
        now = datetime.now(UTC)
        first, last = {"expired": (-30, -2), "early": (2, 30)}.get(which, (-2, 30))
        host = "127.0.0.2" if which == "elsewhere" else "127.0.0.1"
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, which)])
        key = ec.generate_private_key(ec.SECP256R1())
        hosts = [x509.IPAddress(ipaddress.ip_address(host))]
        chain = self._folder / f"{which}.pem"
        chain.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + self._signed(name, key, now + first * DAY, now + last * DAY, hosts, is_authority=False)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _signed(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        first: datetime,
        last: datetime,
        hosts: list[x509.IPAddress],
        *,
        is_authority: bool,
    ) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(first)
            .not_valid_after(last)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
