"""One settings file; differences come from the environment (docs/reference/settings.md)."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from zhunsheng.config.database import databases_from_urls
from zhunsheng.config.districts import installed_contexts, locale_folders
from zhunsheng.config.env import demo_clock, env_flag, env_list, env_number, env_text
from zhunsheng.config.secrets import secret_key

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent

HOME = Path(env_text("ZHUNSHENG_HOME", str(CHECKOUT / "home"))).expanduser().resolve()
PACKS = Path(env_text("ZHUNSHENG_PACKS", str(CHECKOUT / "packs"))).expanduser().resolve()
PUBLIC_ADDRESS = env_text("ZHUNSHENG_PUBLIC_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
SMS_GATEWAY = env_text("ZHUNSHENG_SMS_GATEWAY", "http_keyed")
SMS_GATEWAY_ADDRESS = env_text("ZHUNSHENG_SMS_GATEWAY_ADDRESS", "")
BUREAU_NAME = env_text("ZHUNSHENG_BUREAU_NAME", "云汀市市场监督管理局")
BUREAU_CONTACT = env_text("ZHUNSHENG_BUREAU_CONTACT", "0900-12345")
DOCUMENT_FONTS = Path(env_text("ZHUNSHENG_DOCUMENT_FONTS", "/usr/share/fonts/opentype/noto"))
DOCUMENT_FONT = env_text("ZHUNSHENG_DOCUMENT_FONT", "Noto Serif CJK SC")
WORD_FONT = env_text("ZHUNSHENG_WORD_FONT", "仿宋")
GATHER_SECONDS = env_number("ZHUNSHENG_GATHER_MS", 10, most=1_000) / 1_000
FACTS_A_PART = env_number("ZHUNSHENG_FACTS_A_PART", 50_000_000, most=1_000_000_000)
LOG_IN_PROFILE = env_text("ZHUNSHENG_LOG_IN_PROFILE", "mlps3")
OIDC_ISSUER = env_text("ZHUNSHENG_OIDC_ISSUER", "")
OIDC_CLIENT_ID = env_text("ZHUNSHENG_OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env_text("ZHUNSHENG_OIDC_CLIENT_SECRET", "")
if OIDC_ISSUER and not OIDC_CLIENT_ID:
    raise ImproperlyConfigured("ZHUNSHENG_OIDC_CLIENT_ID: 启用统一认证时须写明")
BUSINESS_LOG_IN_PROFILE = env_text("ZHUNSHENG_BUSINESS_LOG_IN_PROFILE", "businesses")
WEBHOOK_HOSTS = frozenset(host.lower() for host in env_list("ZHUNSHENG_WEBHOOK_HOSTS", ""))
WEBHOOK_PRIVATE = env_flag("ZHUNSHENG_WEBHOOK_PRIVATE", default=False)
DEMO = env_flag("ZHUNSHENG_DEMO", default=False)
DEMO_CLOCK = demo_clock(env_text("ZHUNSHENG_DEMO_CLOCK", ""), demo=DEMO)

SECRET_KEY = secret_key(HOME, env_text("ZHUNSHENG_SECRET_KEY", ""))
DEBUG = False
ALLOWED_HOSTS = env_list("ZHUNSHENG_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ZHUNSHENG_ALLOWED_HOSTS: * 不被接受，请写出主机名")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "zhunsheng.web",
    *installed_contexts(PACKAGE),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "zhunsheng.web.preferences.language_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zhunsheng.portals.officer.door.middleware",
]

ROOT_URLCONF = "zhunsheng.config.urls"
WSGI_APPLICATION = "zhunsheng.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "zhunsheng.web.preferences.of_request",
                "zhunsheng.portals.officer.door.of_request",
            ],
        },
    },
]

DATABASES = databases_from_urls(env_text("DATABASE_URL", ""), env_text("ZHUNSHENG_REPLICA_URL", ""), HOME)
REPLICA_WAIT_SECONDS = env_number("ZHUNSHENG_REPLICA_WAIT_SECONDS", 10, most=3_600)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = locale_folders(PACKAGE)
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = HOME / "files"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
# Under a public address with https nothing goes in the clear: plain requests are led there, and that is
# remembered by browsers.
HTTPS = PUBLIC_ADDRESS.startswith("https://")
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# What looks after the server asks on this machine, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^api/v1/health$"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_ADDRESS] if HTTPS else []
# Headers that anybody could send are believed only where a proxy is known to set them anew.
BEHIND_PROXY = env_flag("ZHUNSHENG_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "zhunsheng.web.errors.csrf_failed"
# A form carries six files of 10 MB at most (foundation.attachments); larger ones go to disk while they come.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FILES = 6

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env_text("ZHUNSHENG_LOG_LEVEL", "WARNING")},
}
