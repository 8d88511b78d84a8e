"""What tests share that read an index: one on this machine, and nothing of what this machine is set to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest
import urllib3

from abiding import cli
from abiding.artifacts.index import settings, web
from makers.index import Index, serving
from makers.shops import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from makers.shops import Shop


# A machine that is busy is slow: no test is about time.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe is no terminal, unless a test says so: where readline was imported, each child gets a width from it."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def _raising(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command does not foresee fails its test, and is not told as an error."""

    def raising(exc: Exception) -> None:
        raise exc

    monkeypatch.setattr(cli, "unforeseen", raising)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    """Return an index that publishes versions of a library."""
    with opened(monkeypatch, tmp_path) as shop:
        yield shop


@pytest.fixture
def index() -> Iterator[Index]:
    with serving(Index()) as index:
        yield index


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """No configuration of this machine, and no waiting."""
    if "pip_conf" not in request.fixturenames:
        monkeypatch.setattr(settings, "_list_settings", lambda _: None)
    for name in (
        "PIP_INDEX_URL",
        "PIP_NO_INDEX",
        "http_proxy",
        "HTTP_PROXY",
        "NETRC",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(urllib3.Retry, "get_backoff_time", lambda _: 0)
    monkeypatch.setattr(web, "_PAUSE", 0)
