"""A person at the website, without a browser: the same addresses, the same cookies, the same forms and CSRF checks."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from fedart_site.demo.board import StepFailed

TIMEOUT_S = 30.0
_ERRORS = re.compile(r'<(?:ul|p|li)[^>]*class="[^"]*error[^"]*"[^>]*>(.*?)</(?:ul|p|li)>', re.S)


class Visitor:
    """One person's session with the site at `origin`."""

    def __init__(self, origin: str, email: str, password: str, name: str = "") -> None:
        self.origin = origin
        self.email = email
        self.password = password
        self.name = name
        self.http = httpx.Client(base_url=origin, timeout=TIMEOUT_S, headers={"Referer": origin + "/"})

    def get(self, path: str) -> httpx.Response:
        """Open a page; anything but success is a failed step."""
        return _checked(self.http.get(path, follow_redirects=True))

    def post_form(self, path: str, fields: Mapping[str, str]) -> httpx.Response:
        """Send a form the way a page does (CSRF token from the cookie) and follow to the page that answers."""
        data = {**fields, "csrfmiddlewaretoken": self._csrf()}
        return _checked(self.http.post(path, data=data, follow_redirects=True))

    def post_json(self, path: str, body: Mapping[str, Any] | bytes) -> Any:
        """Send JSON the way the page's script does; returns the parsed answer."""
        headers = {
            "X-CSRFToken": self._csrf(),
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        if isinstance(body, bytes):
            return _checked(self.http.post(path, content=body, headers=headers)).json()
        return _checked(self.http.post(path, json=body, headers=headers)).json()

    def sign_up_or_in(self) -> bool:
        """Make the account, or sign in where it exists. Returns whether it is new."""
        if self.sign_in():
            return False
        self.get("/accounts/signup/")
        fields = {"email": self.email, "password1": self.password}
        answer = self.post_form("/accounts/signup/", {**fields, "display_name": self.name})
        if not self._signed_in():
            raise StepFailed(f"sign-up of {self.email} was not accepted: {_form_errors(answer.text)}")
        return True

    def sign_in(self) -> bool:
        """Sign in with the password; False where the site does not know this account or password."""
        self.get("/accounts/login/")
        data = {"login": self.email, "password": self.password, "csrfmiddlewaretoken": self._csrf()}
        self.http.post("/accounts/login/", data=data, follow_redirects=True)
        return self._signed_in()

    def _signed_in(self) -> bool:
        return "sessionid" in self.http.cookies

    def _csrf(self) -> str:
        if "csrftoken" not in self.http.cookies:
            self.http.get("/accounts/login/")
        return str(self.http.cookies.get("csrftoken", ""))


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    raise StepFailed(
        f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}: {answer.text[:300]}"
    )


def _form_errors(html: str) -> str:
    found = [re.sub(r"<[^>]+>", " ", match).strip() for match in _ERRORS.findall(html)]
    return "; ".join(found) or "the page showed no reason"
