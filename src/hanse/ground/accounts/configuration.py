"""How people sign in: settings of allauth, and the provider of OpenID Connect if the environment names one."""

import os
from typing import Any

from hanse.ground.accounts.limits import Limits

ACCOUNT_ADAPTER = "hanse.ground.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "hanse.ground.accounts.forms.PersonForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_RATE_LIMITS = Limits(
    {
        "login": "60/m/ip",
        "login_failed": "10/m/ip,5/10m/key",
        "signup": "20/m/ip",
        "reset_password": "20/m/ip,5/m/key",
        "confirm_email": "1/30s/key",
        "change_password": "5/m/user",
        "manage_email": "10/m/user",
        "reauthenticate": "10/m/user",
    },
    # The adapter counts wrong passwords by itself then; codes of a second factor are counted here, by person.
    around_closings={"login": "", "login_failed": "20/10m/key"},
)

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {"add_webauthn": "hanse.ground.accounts.keys.KeyForm"}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_RATE_LIMITS = Limits({"webauthn_login": "10/m/ip"}, around_closings={"webauthn_login": ""})
MFA_TOTP_ISSUER = "Hanse"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = os.environ.get("HANSE_MODE") in ("demo", "rehearsal")

SOCIALACCOUNT_ADAPTER = "hanse.ground.accounts.adapter.ProviderAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address that a provider states opens nobody's account here
SOCIALACCOUNT_STORE_TOKENS = False


def providers() -> dict[str, Any]:
    """The provider of OpenID Connect that the environment names; none if it names none."""
    server = os.environ.get("HANSE_OIDC_SERVER", "")
    if not server:
        return {}
    app = {
        "provider_id": "oidc",
        "name": os.environ.get("HANSE_OIDC_NAME", "") or "Sign-in provider",
        "client_id": os.environ.get("HANSE_OIDC_ID", ""),
        "secret": os.environ.get("HANSE_OIDC_SECRET", ""),
        "settings": {"server_url": server, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


SOCIALACCOUNT_PROVIDERS = providers()
