"""The absolute addresses that letters name. Logic knows no Flask, so the paths stand here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below the site's public address (`Settings.base_url`, without a slash at its end)."""

    base_url: str

    def home(self) -> str:
        return f"{self.base_url}/"

    def sign_in(self) -> str:
        return f"{self.base_url}/sign-in"

    def sign_in_link(self, token: str) -> str:
        return f"{self.base_url}/sign-in/link/{token}"

    def account(self) -> str:
        return f"{self.base_url}/account"

    def conference(self, slug: str) -> str:
        return f"{self.base_url}/{slug}/"

    def registration(self, slug: str) -> str:
        return f"{self.base_url}/{slug}/register"

    def wall(self, slug: str) -> str:
        return f"{self.base_url}/{slug}/wall"

    def schedule(self, slug: str) -> str:
        return f"{self.base_url}/{slug}/schedule"

    def agenda(self, slug: str) -> str:
        return f"{self.base_url}/{slug}/me"

    def subscribe(self, slug: str) -> str:
        return f"{self.base_url}/{slug}/subscribe"

    def news_choices(self) -> str:
        return f"{self.base_url}/news/choices"

    def unsubscribe(self, token: str) -> str:
        return f"{self.base_url}/news/unsubscribe/{token}"
