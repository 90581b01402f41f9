"""A small real provider of OpenID Connect on loopback: discovery, authorisation, token, user information, keys."""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "hanse", "between the site and its provider"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """Signs one person in, whoever asks.

    Attributes:
        person: what it tells of that person.
        claims: what it puts into the token beyond that, to make it wrong.
        answers: what it answers at an address instead of what it should.
        asked: the addresses it was asked for.
    """

    def __init__(self, person: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.person = person
        self.claims: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self.key = KEY
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop and free the port."""
        self.shutdown()
        self.server_close()
        self._thread.join(10)

    def authorise(self, address: str) -> str:
        """What a browser does at the provider: open the address, agree, and be sent back. Where it is sent."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Exchange a code, once, for tokens; nothing for a wrong one."""
        asked = self.codes.pop(form.get("code", ""), None)
        proof = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if asked is None or form.get("client_secret") != SECRET or proof != asked["code_challenge"]:
            return None
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        signed = self.sign(claims | self.person | self.claims)
        return {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def sign(self, claims: dict[str, Any]) -> str:
        """A token with claims, signed with the key that the provider shows."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "k1"})


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        here = self.server.address
        if self.path in self.server.answers:
            self._answer(self.server.answers[self.path])
        elif self.path == "/authorize" or self.path.startswith("/authorize?"):
            self.send_response(302)
            self.send_header("Location", self.server.authorise(self.path))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/.well-known/openid-configuration":
            self._answer(
                {
                    "issuer": here,
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "userinfo_endpoint": f"{here}/userinfo",
                    "jwks_uri": f"{here}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif self.path == "/userinfo":
            known = self.headers.get("Authorization", "").removeprefix("Bearer ") in self.server.tokens
            self._answer(self.server.person if known else {"error": "invalid_token"}, 200 if known else 401)
        elif self.path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.server.key.public_key()))
            self._answer({"keys": [{**public, "kid": "k1", "alg": "RS256", "use": "sig"}]})
        else:
            self._answer({"error": "not_found"}, 404)

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        made = self.server.token({name: values[0] for name, values in parse_qs(body).items()})
        self._answer(made or {"error": "invalid_grant"}, 200 if made else 400)

    def _answer(self, content: Any, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
