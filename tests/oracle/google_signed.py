"""Google's service account for tests, and whether a URL is signed with it as Google wants (V4 signing process).

`google_signed.py make FILE` writes the account with a key of its own; `google_signed.py check FILE URL METHOD BUCKET NAME
SECONDS` ends with 0 if the URL lets its bearer do METHOD with the object for SECONDS, and no more.
"""

import hashlib
import json
import sys
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

EMAIL = "reader@test-project.iam.gserviceaccount.com"


def make(file):
    """Write an account."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "type": "service_account",
        "project_id": "test-project",
        "private_key_id": "0123456789abcdef",
        "private_key": pem.decode(),
        "client_email": EMAIL,
        "client_id": "1",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    with open(file, "w", encoding="utf-8") as out:
        json.dump(account, out)


def check(file, url, method, bucket, name, seconds):
    """Verify a signature."""
    with open(file, encoding="utf-8") as text:
        account = json.load(text)
    key = serialization.load_pem_private_key(account["private_key"].encode(), None).public_key()
    parts = urllib.parse.urlsplit(url)
    assert parts.scheme == "https" and parts.netloc == "storage.googleapis.com", url
    assert urllib.parse.unquote(parts.path) == f"/{bucket}/{name}", parts.path
    given = dict(urllib.parse.parse_qsl(parts.query, strict_parsing=True))
    signature = bytes.fromhex(given.pop("X-Goog-Signature"))
    stamp = given["X-Goog-Date"]
    scope = given["X-Goog-Credential"].removeprefix(account["client_email"] + "/")
    day, location, service, ending = scope.split("/")
    assert (day, service, ending) == (stamp[:8], "storage", "goog4_request") and location, scope
    assert given["X-Goog-Algorithm"] == "GOOG4-RSA-SHA256" and given["X-Goog-Expires"] == seconds, given
    assert given["X-Goog-SignedHeaders"] == "host" and len(given) == 5, given
    quote = lambda text, safe="": urllib.parse.quote(text, safe=f"-_.~{safe}")  # noqa: E731
    query = "&".join(f"{quote(k)}={quote(v)}" for k, v in sorted(given.items()))
    path = quote(f"/{bucket}/{name}", "/")
    canonical = f"{method}\n{path}\n{query}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signed = f"GOOG4-RSA-SHA256\n{stamp}\n{scope}\n{digest}".encode()
    # Raises where it is another one.
    key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


{"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
