"""Which file a link on the page of a project is: what pip 26.3 and uv 0.13.9 were seen to take it for, in each case."""

from __future__ import annotations

import hashlib
import json

import pytest
from packaging.specifiers import SpecifierSet

from abiding.artifacts.artifact import Artifact, Unreadable
from abiding.artifacts.index import listings
from abiding.cli import main
from abiding.findings.errors import UnknownReleaseError
from abiding.releases.check import releases
from makers.index import JSON, METADATA, OTHER, SDIST, File, Index, read, refused, wheel
from makers.outcomes import problem_of

pytestmark = pytest.mark.usefixtures("alone")

WHEEL = "spam-1.0-py3-none-any.whl"
DIGEST = hashlib.sha256(File().data).hexdigest()
LATER = "spam-2.0-py3-none-any.whl"
LONG = "spam-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"


def page(index: Index, links: str) -> None:
    """Let the index have a page with these links, and a wheel."""
    index.page = ("text/html", f"<html><body>{links}</body></html>".encode())
    index.files[WHEEL] = File()


# HTML


@pytest.mark.parametrize("link", [
    f'<a href="/files/{WHEEL}">{WHEEL}</a>',
    f'<a href="/files/{WHEEL}">spam-1.0-py3-n..&gt;</a>',
    f'<a href="/files/{WHEEL}"></a>',
    f'<a href="/files/{WHEEL}">\n <b>{WHEEL}</b> 12 KB\n</a>',
    f'<a href="/files/{WHEEL}">wheel</a>',
    f'<a href="/files/{WHEEL}">{LATER}</a>',
    f'<a href="/files/{WHEEL}">ham-1.0.tar.gz</a>',
    '<a href="/files/spam%2D1.0-py3-none-any%2Ewhl">x</a>',
    '<a href="/files/&#115;pam-1.0-py3-none-any.whl">x</a>',
    f'<a href="/files/{WHEEL}?x=1">x</a>',
    f'<a href="/files/{WHEEL}#sha256=DIGEST">x</a>',
    f'<a href="../../files/./{WHEEL}">x</a>',
])  # fmt: skip
def test_the_text_of_a_link_does_not_matter(index: Index, link: str) -> None:
    page(index, link.replace("DIGEST", DIGEST))
    index.files[f"{WHEEL}?x=1"] = index.files["spam%2D1.0-py3-none-any%2Ewhl"] = File()
    (artifact,) = read(index)
    assert isinstance(artifact, Artifact)
    assert artifact.filename == WHEEL


@pytest.mark.parametrize(
    "link",
    [
        f'<a href="{LONG}">{LONG[:47]}..&gt;</a>',  # Apache
        f'<a href="{LONG}">{LONG[:47]}..></a>',  # nginx
        f'<a href="{LONG}">{LONG}</a>',
    ],
)
def test_folders_that_servers_list(index: Index, link: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Their long names are cut off; the sdist beside them requires something else."""
    index.page = (
        "text/html",
        f'<base href="{index.url.removesuffix("simple/")}files/"><pre><a href="spam-1.0.tar.gz">spam-1.0.tar.gz</a> {link}'.encode(),
    )
    index.files.update({"spam-1.0.tar.gz": File(SDIST), LONG: File(wheel(OTHER))})
    assert main(["check", "--index-url", index.url, "spam==1.0"]) == 1
    assert "numpy>=2.1" in capsys.readouterr().out


@pytest.mark.parametrize("link", [
    f'<a href="/get/5">{WHEEL}</a>',
    f'<a href="/get?file={WHEEL}">{WHEEL}</a>',
    f'<a href="">{WHEEL}</a>',
    f'<a name="x">{WHEEL}</a>',
    f'<a href="/files/{WHEEL};a=b">{WHEEL}</a>',
    f'<a href="/files/{WHEEL}%20">{WHEEL}</a>',
    f'<a href="\\files\\{WHEEL}">{WHEEL}</a>',
    f'<a href="/files/x%23{WHEEL}">{WHEEL}</a>',
    '<a href="/files/spam%252D1.0-py3-none-any.whl">x</a>',
])  # fmt: skip
def test_the_text_of_a_link_names_no_file(index: Index, link: str) -> None:
    page(index, link)
    with pytest.raises(UnknownReleaseError):
        read(index)


BY_PIP_ALONE = [
    f"/files/{WHEEL}/",
    f"/files/x%2F{WHEEL}",
    f"/files/{WHEEL}?x=a/b",
    f" {WHEEL}",
    f"\n{WHEEL}\n",
    "spam-1.0-\npy3-none-any.whl",
]


@pytest.mark.parametrize("href", BY_PIP_ALONE)
def test_a_link_that_pip_alone_takes(index: Index, href: str) -> None:
    page(index, f'<a href="{href}">{WHEEL}</a>')
    (file,) = read(index)
    assert file.filename == WHEEL
    assert problem_of(file).rule == "bad-index"
    assert problem_of(file).message == f"the file is `{WHEEL}` to pip, and no file to uv"


def test_a_link_that_uv_alone_takes(index: Index) -> None:
    page(index, f'<a href="/get?x=a/{WHEEL}">{WHEEL}</a>')
    (file,) = read(index)
    assert problem_of(file).message == f"the file is no file to pip, and `{WHEEL}` to uv"


LINK = f'<a href="/files/{LATER}">x</a>'
IN_DOUBT = "the file is on the page to some tools, and to others not, or as another file"


@pytest.mark.parametrize("text", [
    f"<!-- {LINK} -->", f"<!-- {LINK}", f"<script>{LINK}</script>", f"<style>{LINK}</style>", f"<script>{LINK}",
    f"<![CDATA[{LINK}]]>", f"<?x {LINK}?>", f"<!x {LINK}>", f'<area href="/files/{LATER}">', f'</a href="/files/{LATER}">',
    f"<!-- x --><!-- {LINK} -->", f"<script><!-- if (a < b) // --></script><!-- {LINK} -->",
])  # fmt: skip
def test_what_no_reader_takes_for_a_link(index: Index, text: str) -> None:
    page(index, f'<a href="/files/{WHEEL}">x</a>{text}')
    (file,) = read(index, "spam")
    assert isinstance(file, Artifact)
    assert file.filename == WHEEL


@pytest.mark.parametrize("text", [
    LINK, LINK.replace("a href", "A HREF"), LINK.replace('"', ""), LINK.replace('"', "'"), f"<noscript>{LINK}</noscript>",
    f"<template>{LINK}</template>", f"<title>x</title>{LINK}", f"<textarea></textarea>{LINK}", f"1 < 2 <3 {LINK}",
    f"<script><!-- if (a < b) // --></script>{LINK}", f"<style>a</style>{LINK}", f"<!-- x -->{LINK}", f"<!---->{LINK}",
    f'<a title="a>b" href="/files/{LATER}">x</a>', f'<a href="/files/{LATER}" href="/files/{LATER}">x</a>',
    f'<a href="/files/{LATER}"/>',
])  # fmt: skip
def test_what_every_reader_takes_for_a_link(index: Index, text: str) -> None:
    page(index, f'<a href="/files/{WHEEL}">x</a>{text}')
    index.files[LATER] = File(wheel(METADATA.replace(b"1.0", b"2.0"), version="2.0"))
    (file,) = read(index, "spam")
    assert isinstance(file, Artifact), problem_of(file)
    assert file.filename == LATER


# With the first word of each, pip takes the link (on Python 3.11), and uv does not; with the second it is the other way.
@pytest.mark.parametrize(
    "text",
    [
        *(f"<{name}>{LINK}</{name}>" for name in ("textarea", "title", "iframe", "noembed", "noframes", "xmp")),
        *(f"<{name}>{LINK}" for name in ("plaintext", "textarea", "TITLE")),
        *(f"<{name}/>{LINK}" for name in ("script", "style", "title")),
        f"<script><!--<script></script>{LINK}</script>",
        *(f"<!-- x --!>{LINK}{end}" for end in ("", "<!-- -->")),
        *(f"{start}{LINK}{end}" for start in ("<!-->", "<!--->") for end in ("", "<!-- -->")),
        f"<!-- x -- >{LINK}<!-- -->",
        f'<a href="/files/{LATER}" href="/files/spam-3.0-py3-none-any.whl">x</a>',
    ],
)
def test_what_some_readers_take_for_a_link(index: Index, text: str) -> None:
    page(index, f'<a href="/files/{WHEEL}">x</a>{text}')
    (file,) = read(index, "spam")
    assert (file.filename, problem_of(file).rule, problem_of(file).message) == (LATER, "bad-index", IN_DOUBT)
    # What is beside it is sure.
    (file,) = read(index, "spam==1.0")
    assert isinstance(file, Artifact)


EGG = "the file has the fragment `#egg=` in its link"


@pytest.mark.parametrize("name", [WHEEL, "spam-1.0.tar.gz"])
@pytest.mark.parametrize("egg", ["spam-1.0", "spam", "other-1.0", "spam-2.0"])
def test_a_link_with_an_egg(index: Index, name: str, egg: str) -> None:
    """pip goes by it, and uv reads nothing of the page."""
    page(index, f'<a href="/files/{name}#sha256={DIGEST}&egg={egg}">x</a>')
    (file,) = read(index)
    assert (problem_of(file).rule, problem_of(file).message) == (
        "bad-index",
        EGG,
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<base href="{files}"><a href="{name}">x</a>', ""),
        ('<p>x</p><base href=" {files} "><a href="{name}">x</a>', ""),
        ('<base href="{files}"><base href="/other/"><base><a href="{name}">x</a>', ""),
        ('<base target="x"><a href="/files/{name}">x</a>', ""),
        ('<base href="{files}other/"><a href="/files/{name}">x</a>', ""),
        ('<base href="/files/"><a href="{name}">x</a>', "no absolute URL, but `/files/`"),
        ('<base href="../../files/"><a href="{name}">x</a>', "no absolute URL, but `../../files/`"),
        ('<base href="//{host}/files/"><a href="{name}">x</a>', "no absolute URL, but `//"),
        ('<base href="http:/files/"><a href="{name}">x</a>', "no absolute URL, but `http:/files/`"),
        ('<base href=""><a href="/files/{name}">x</a>', "no absolute URL, but ``"),
        ('<base href="/other/"><a href="/files/{name}">x</a>', "no absolute URL, but `/other/`"),
        ('<base target="x"><base href="{files}"><a href="{name}">x</a>', "pip goes by its `<base>`, and uv does not"),
        ('<a href="/x">x</a><base href="{files}"><a href="{name}">x</a>', "pip goes by its `<base>`, and uv does not"),
        ('<a href="/files/{name}">x</a><base href="{files}">', "pip goes by its `<base>`, and uv does not"),
    ],
)
def test_what_links_are_relative_to(index: Index, text: str, reason: str) -> None:
    host = index.url.partition("//")[2].partition("/")[0]
    page(index, text.format(files=f"http://{host}/files/", host=host, name=WHEEL))
    if not reason:
        (artifact,) = read(index)
        assert isinstance(artifact, Artifact)
        return
    (finding,) = refused(index).findings
    assert finding.rule == "bad-index"
    assert reason in " ".join(finding.notes)


def test_an_archive_that_is_a_file_by_its_egg(index: Index) -> None:
    page(
        index,
        f'<a href="/files/{WHEEL}">x</a><a href="/files/archive.tar.gz#egg=spam-2.0">x</a><a href="/x#egg=ham-3">x</a>',
    )
    (file,) = read(index, "spam")
    assert (file.filename, problem_of(file).rule) == ("spam-2.0.tar.gz", "bad-index")


TWO = "the file is two files on the page"


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (f'href="/files/{WHEEL}"', f'href="/files/{WHEEL}"', ""),
        (f'href="/files/{WHEEL}"', f'href="/files/x/../{WHEEL}"', ""),
        (f'href="/files/{WHEEL}"', f'href="/files/b/{WHEEL}"', TWO),
        (f'href="/files/{WHEEL}#sha256={DIGEST}"', f'href="/files/b/{WHEEL}#sha256={DIGEST}"', ""),
        (f'href="/files/{WHEEL}#sha256={DIGEST}"', f'href="/files/b/{WHEEL}#sha256={"0" * 64}"', TWO),
        (f'href="/files/{WHEEL}#sha256={DIGEST}"', f'href="/files/b/{WHEEL}"', TWO),
        # Both pass over what is yanked.
        (f'href="/files/b/{WHEEL}" data-yanked', f'href="/files/{WHEEL}"', ""),
        (f'href="/files/{WHEEL}"', f'href="/files/b/{WHEEL}" data-yanked', ""),
    ],
)
def test_one_name_twice(index: Index, first: str, second: str, message: str) -> None:
    """pip takes the last, uv the first."""
    page(index, f"<a {first}>x</a><a {second}>x</a>")
    (file,) = read(index)
    assert file.filename == WHEEL
    assert (isinstance(file, Artifact) and not message) or problem_of(file).message == message


# JSON


def listed(index: Index, filename: object, url: object, *more: tuple[str, str]) -> None:
    files = [{"filename": name, "url": link, "hashes": {}} for name, link in ((filename, url), *more)]
    text = json.dumps({"meta": {"api-version": "1.1"}, "name": "spam", "files": files, "versions": []})
    index.page = (JSON, text.encode())


@pytest.mark.parametrize(
    ("name", "egg", "message"),
    [
        (WHEEL, "spam-1.0", ""),
        (WHEEL, "Spam-1", ""),
        ("spam-1.0.tar.gz", "spam-1.0", ""),
        (WHEEL, "spam", EGG),
        (WHEEL, "spam-2.0", EGG),
        (WHEEL, "other-1.0", EGG),
        ("spam-1.0.tar.gz", "spam-2.0", EGG),
    ],
)
def test_a_file_of_a_json_page_with_an_egg(index: Index, name: str, egg: str, message: str) -> None:
    """pip goes by it, and uv by the name of the file."""
    index.files[name] = File(SDIST if name.endswith(".tar.gz") else File().data)
    listed(index, name, f"/files/{name}#egg={egg}")
    (file,) = read(index, "spam")
    assert isinstance(file, Artifact) is (not message)
    if message:
        assert (problem_of(file).rule, problem_of(file).message) == ("bad-index", message)


def test_an_archive_of_a_json_page_that_is_a_file_by_its_egg(index: Index) -> None:
    index.files[WHEEL] = File()
    listed(index, WHEEL, f"/files/{WHEEL}", ("archive.tar.gz", "/files/archive.tar.gz#egg=spam-2.0"))
    (file,) = read(index, "spam")
    assert (file.filename, problem_of(file).message) == ("spam-2.0.tar.gz", EGG)
    (artifact,) = read(index, "spam==1.0")
    assert isinstance(artifact, Artifact)


@pytest.mark.parametrize("url", ["{}", "{}?x=1", "{}#sha256=DIGEST", "x/../{}"])
@pytest.mark.parametrize(
    ("filename", "at_end"),
    [
        (WHEEL, WHEEL),
        (WHEEL, "spam%2D1.0-py3-none-any.whl"),
        ("Spam-1.0-py3-none-any.whl", WHEEL),
        ("spam-1.0.0-py3-none-any.whl", WHEEL),
        (WHEEL, "SPAM-1-py3-none-any.whl"),
    ],
)
def test_one_file_in_two_spellings(index: Index, filename: str, at_end: str, url: str) -> None:
    listed(index, filename, "/files/" + url.format(at_end).replace("DIGEST", DIGEST))
    for name in (at_end, WHEEL):  # a client may write it without escapes
        index.files[url.format(name).partition("#")[0].removeprefix("x/../")] = File()
    (file,) = read(index)
    assert isinstance(file, Artifact)
    assert file.filename == filename


@pytest.mark.parametrize(
    ("filename", "url", "told"),
    [
        (WHEEL, "/get/5", f"no file to pip, and `{WHEEL}` to uv"),
        ("notes.txt", f"/files/{WHEEL}", f"`{WHEEL}` to pip, and no file to uv"),
        (f"x/{WHEEL}", f"/files/{WHEEL}", f"`{WHEEL}` to pip, and no file to uv"),
        (None, f"/files/{WHEEL}", f"`{WHEEL}` to pip, and no file to uv"),
        (WHEEL, "/files/spam-1.0-1-py3-none-any.whl", f"`spam-1.0-1-py3-none-any.whl` to pip, and `{WHEEL}` to uv"),
        (WHEEL, f"/files/{LATER}", f"`{LATER}` to pip, and `{WHEEL}` to uv"),
        (LATER, f"/files/{WHEEL}", f"`{WHEEL}` to pip, and `{LATER}` to uv"),
        (WHEEL, "/files/spam-1.0.tar.gz", f"`spam-1.0.tar.gz` to pip, and `{WHEEL}` to uv"),
        (WHEEL, "/files/ham-1.0-py3-none-any.whl", f"no file to pip, and `{WHEEL}` to uv"),
    ],
)
def test_one_file_with_two_names(
    index: Index, filename: object, url: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    listed(index, filename, url)
    index.add("py3-none-any")
    problems = [problem_of(file) for file in read(index)]
    assert {(problem.rule, problem.message.removeprefix("the file is ")) for problem in problems} == {
        ("bad-index", told)
    }
    assert main(["check", "--index-url", index.url, "spam==1.0"]) == 2
    assert "bad-index" in capsys.readouterr().out


def test_two_versions_of_one_file(index: Index) -> None:
    """It is refused as either; other versions are read."""
    listed(index, WHEEL, f"/files/{LATER}")
    for version in ("1.0", "2.0"):
        (file,) = read(index, f"spam=={version}")
        assert isinstance(file, Unreadable)
        assert (file.name, file.version) == ("spam", version)


def test_what_is_of_another_project_does_not_matter(index: Index) -> None:
    """Control: neither name is one of a file of this."""
    listed(index, "ham-1.0-py3-none-any.whl", "/get/5")
    assert refused(index).findings[0].rule == "unknown-release"


def test_what_has_two_names_is_no_provider(index: Index) -> None:
    listed(index, WHEEL, f"/files/{LATER}")
    with listings(index.url) as found:
        assert found.published("spam", SpecifierSet()) == []


# Local versions: `==1.0` accepts `1.0+x`, and both installers take it where it fits.


@pytest.mark.parametrize(
    ("spec", "others", "told"),
    [
        ("spam==1.0", {"1.0+x": ""}, "1.0+x"),
        ("spam==1", {"1.0+x": ""}, "1.0+x"),
        ("spam==1.0", {"1.0+x": "", "1.0.0+y.2": ""}, "1.0+x and 1.0.0+y.2"),
        ("spam==1.0", {"1.0+x": "broken"}, ""),
        ("spam===1.0", {"1.0+x": ""}, ""),
        ("spam==1.0", {"1.0.post1": "", "1.1+x": "", "1.0rc1": ""}, ""),
        ("spam==1.0+x", {"1.0+x": "", "1.0+y": ""}, ""),
    ],
)
def test_local_versions(index: Index, spec: str, others: dict[str, str], told: str) -> None:
    index.files["spam-1.0.tar.gz"] = File(SDIST)
    for version, yanked in others.items():
        metadata = METADATA.replace(b"Version: 1.0", f"Version: {version}".encode())
        listing = {"yanked": yanked} if yanked else {}
        index.files[f"spam-{version}-py3-none-any.whl"] = File(wheel(metadata, version=version), listing=listing)
    (release,) = releases(read(index, spec))
    notes = [finding for finding in release.findings if finding.rule == "two-versions"]
    assert [note.message.partition(" too,")[0] for note in notes] == ([f"the index has {told}"] if told else [])
    assert [str(note.severity) for note in notes] == (["note"] if told else [])
    assert release.verdict == "clean"
