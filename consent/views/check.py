"""The page that checks a receipt in the visitor's own browser."""

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from consent.signing_keys import ledger_key, witness_keys

# Nothing can be sent from this page, by its own policy, and no string can become markup.
alone = csp_replace(
    {
        "connect-src": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }
)


@require_GET
@alone  # type: ignore[untyped-decorator]
def check_page(request: HttpRequest) -> HttpResponse:
    """For everybody; keys are suggested, and may be replaced by those the visitor knows."""
    keys = {"log_key": ledger_key().vkey(), "witness_keys": "\n".join(key.vkey() for key in witness_keys())}
    return render(request, "consent/check.html", keys)
