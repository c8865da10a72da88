"""What the libraries keep about people: sign-in, sessions, tokens; column by column."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from oauth2_provider.models import AccessToken, DeviceGrant, RefreshToken

from consent.holdings.kinds import DELETE, UNLINK, Holding, RetentionRule

SIGN_IN = "GDPR 6(1)(b): to sign in"
AGENTS = "GDPR 6(1)(b): the artist's computer signs in"
LIVES = "as long as the account"
NOBODY = "says nothing about a person"

HOLDINGS = [
    Holding(
        "account.EmailAddress",
        "E-mail addresses",
        SIGN_IN,
        LIVES,
        "user",
        DELETE,
        identifies="user email",
        about="verified primary",
        technical="id",
    ),
    Holding(
        "account.EmailConfirmation",
        "Letters that confirm an address",
        SIGN_IN,
        LIVES,
        "email_address__user",
        DELETE,
        about="created sent",
        secret="key",
        technical="id email_address",
    ),
    Holding(
        "mfa.Authenticator",
        "Passkeys and codes",
        SIGN_IN,
        LIVES,
        "user",
        DELETE,
        identifies="user",
        about="type created_at last_used_at",
        secret="data",
        technical="id",
    ),
    Holding(
        "usersessions.UserSession",
        "Signed-in browsers",
        SIGN_IN,
        "14 days after the last sign-in",
        "user",
        DELETE,
        identifies="user ip user_agent",
        about="created_at last_seen_at",
        secret="session_key",
        technical="id data",
    ),
    Holding(
        "sessions.Session",
        "Sessions",
        SIGN_IN,
        "14 days",
        secret="session_key session_data",
        technical="expire_date",
    ),
    Holding(
        "oauth2_provider.AccessToken",
        "Access tokens of devices",
        AGENTS,
        "30 days after they end",
        "user",
        DELETE,
        identifies="user",
        about="expires scope created updated",
        secret="token token_checksum",
        technical="id source_refresh_token id_token application resource",
    ),
    Holding(
        "oauth2_provider.RefreshToken",
        "Refresh tokens of devices",
        AGENTS,
        "30 days after they end",
        "user",
        DELETE,
        identifies="user",
        about="created updated revoked",
        secret="token token_checksum token_family",
        technical="id application access_token resource",
    ),
    Holding(
        "oauth2_provider.DeviceGrant",
        "Device codes",
        AGENTS,
        "one day after they end",
        "user",
        DELETE,
        identifies="user",
        about="scope expires status last_checked",
        secret="device_code user_code",
        technical="id interval client_id",
    ),
    Holding(
        "oauth2_provider.Grant",
        "Authorisation codes (not used)",
        AGENTS,
        LIVES,
        "user",
        DELETE,
        identifies="user",
        about="expires scope created updated",
        secret="code code_challenge code_challenge_method nonce claims",
        technical="id application redirect_uri resource",
    ),
    Holding(
        "oauth2_provider.IDToken",
        "Identity tokens (not used)",
        AGENTS,
        LIVES,
        "user",
        DELETE,
        identifies="user",
        about="expires scope created updated",
        secret="jti",
        technical="id application",
    ),
    Holding(
        "oauth2_provider.Application",
        "The one application: the edge agent",
        NOBODY,
        "for good",
        "user",
        UNLINK,
        identifies="user",
        secret="client_secret hash_client_secret",
        technical="id client_id redirect_uris post_logout_redirect_uris client_type authorization_grant_type name "
        "skip_authorization created updated algorithm allowed_origins registration_source cimd_expires_at",
        blank={"user": None},
    ),
    Holding("auth.Group", "Staff roles", NOBODY, "for good", technical="id name"),
    Holding(
        "auth.Group_permissions", "Permissions of roles", NOBODY, "for good", technical="id group permission"
    ),
    Holding("auth.Permission", "Permissions", NOBODY, "for good", technical="id name content_type codename"),
    Holding(
        "contenttypes.ContentType", "Names of tables", NOBODY, "for good", technical="id app_label model"
    ),
]

RETENTION = [
    RetentionRule(
        "sessions",
        "Sessions that ended",
        timedelta(0),
        "GDPR 5(1)(e)",
        lambda at: Session.objects.filter(expire_date__lt=at),
        words="to their end",
    ),
    RetentionRule(
        "refresh-tokens",
        "Refresh tokens that ended",
        timedelta(days=30),
        "GDPR 5(1)(e): kept to notice a stolen one",
        lambda at: RefreshToken.objects.filter(revoked__lt=at),
    ),
    RetentionRule(
        "access-tokens",
        "Access tokens that ended",
        timedelta(days=30),
        "GDPR 5(1)(e)",
        lambda at: AccessToken.objects.filter(expires__lt=at, refresh_token=None),
    ),
    RetentionRule(
        "device-codes",
        "Device codes that ended",
        timedelta(days=1),
        "GDPR 5(1)(e)",
        lambda at: DeviceGrant.objects.filter(expires__lt=at, enrolment__device=None),
    ),
]


def before_erasure(*, artist_id: int, at: datetime) -> None:
    """End every session of hers, those too that no table of signed-in browsers knows."""
    Session.objects.filter(
        session_key__in=UserSession.objects.filter(user_id=artist_id).values("session_key")
    ).delete()
    for session in Session.objects.filter(expire_date__gt=at).iterator(chunk_size=1000):
        if str(session.get_decoded().get("_auth_user_id", "")) == str(artist_id):
            session.delete()
