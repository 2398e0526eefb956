"""The WSGI entry for granian or any other server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from zhunsheng.foundation.accounts.tenancy import close_by_default

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhunsheng.config.settings")
application = get_wsgi_application()
close_by_default()
