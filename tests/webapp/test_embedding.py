"""What other pages may frame and read: by default figures in frames, and no file."""

import pytest

from latent_atlas.webapp.settings import SettingsError, read_settings
from tests.support.site import EMBED, SCRIPT
from tests.webapp.conftest import running_app

ORIGIN = "https://course.example"
SHARED = ("/embed.js", "/models/current.json", f"/{SCRIPT}", "/models/none-such")


def ask(folders, *paths, **settings):
    with running_app(folders, **settings) as client:
        return [client.get(path, headers={"origin": ORIGIN}) for path in paths]


def policy(answer):
    return dict(
        part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
    )


def test_B24_figures_may_be_framed_anywhere_and_the_page_only_by_itself(shared_folders):
    figure, page = ask(shared_folders, "/embed/map", "/")
    assert figure.status_code == page.status_code == 200
    assert EMBED in figure.text
    assert policy(figure)["frame-ancestors"] == "*"
    assert policy(figure)["base-uri"] == "'self'"
    assert "x-frame-options" not in figure.headers
    assert figure.headers["cross-origin-resource-policy"] == "cross-origin"
    assert policy(page)["frame-ancestors"] == "'self'"
    assert page.headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    ("setting", "ancestors", "options"),
    [
        ("none", "'self'", "SAMEORIGIN"),
        (ORIGIN, f"'self' {ORIGIN}", None),
        (f"{ORIGIN}, http://localhost:8888", f"'self' {ORIGIN} http://localhost:8888", None),
    ],
)
def test_B24_a_setting_names_the_pages_that_may_frame_figures(
    shared_folders, setting, ancestors, options
):
    (figure,) = ask(shared_folders, "/embed/sliders", frame_ancestors=setting)
    assert policy(figure)["frame-ancestors"] == ancestors
    assert figure.headers.get("x-frame-options") == options


def test_B24_there_are_four_figures(client):
    for figure in ("map", "digits", "draw", "sliders"):
        assert client.get(f"/embed/{figure}").status_code == 200
    assert client.get("/embed/lab").status_code == 404


def test_B24_files_are_shared_only_with_the_origins_of_the_setting(shared_folders):
    for answer in ask(shared_folders, *SHARED):
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    for answer in ask(shared_folders, *SHARED, cors_origins=f"https://other.example,{ORIGIN}"):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "origin" in answer.headers["vary"]
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    for answer in ask(shared_folders, *SHARED, cors_origins="https://other.example"):
        assert "access-control-allow-origin" not in answer.headers
    for answer in ask(shared_folders, *SHARED, cors_origins="*"):
        assert answer.headers["access-control-allow-origin"] == "*"
    for answer in ask(shared_folders, "/", "/api/manifest", cors_origins="*"):
        assert "access-control-allow-origin" not in answer.headers


def test_B24_under_a_path_of_a_proxy_the_same_holds(shared_folders):
    (figure,) = ask(shared_folders, "/embed/map", root_path="/atlas")
    assert policy(figure)["frame-ancestors"] == "*"


@pytest.mark.parametrize("name", ["frame-ancestors", "cors-origins"])
@pytest.mark.parametrize("value", ["example.org", "https://a.example/path", "https://a; x"])
def test_B24_what_is_no_origin_is_refused(name, value):
    with pytest.raises(SettingsError, match="is no origin such as"):
        read_settings([f"--{name}", value])
