"""Read the file to edit, and replace it in one step with the same encoding and permissions."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path

from abiding.archives.names import SDIST_ENDINGS
from abiding.files.placing import commit, new_file, write_all
from abiding.files.plain import is_there, read_for
from abiding.findings import bounds
from abiding.findings.errors import AbidingError, MissingFileError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.project.pyproject import Pyproject

__all__ = ["NOTHING", "WITH_PYPROJECT", "EditedFile"]


NOTHING = "Nothing was written"
WITH_PYPROJECT = "give the folder of a project, which has pyproject.toml"
_HINT = f"{WITH_PYPROJECT}, setup.cfg or setup.py"


class EditedFile(NamedTuple):
    """The path of a pyproject.toml, and its bytes when it was read; empty if there is no file."""

    path: Path
    before: bytes

    @classmethod
    def read(cls, source: Path, hint: str = _HINT) -> EditedFile:
        """Read `source`, or the pyproject.toml in that folder; it may be missing if there is a setup.py or setup.cfg.

        Raises `AbidingError` if it can't be read, or an edit could not keep its line ends; `hint` says what to give if
        there is no such file.
        """
        path = source if source.name == "pyproject.toml" else source / "pyproject.toml"
        if not is_there(path) and any(is_there(path.with_name(name)) for name in ("setup.py", "setup.cfg")):
            return cls(path, b"")  # as front ends read that (PEP 517)
        try:
            data = read_for(path, bounds.PYPROJECT)
        except FileNotFoundError as exc:
            raise MissingFileError.at(path, NOTHING, hint) from exc
        except NotADirectoryError as exc:
            why = ": an sdist is not edited" if source.name.endswith(SDIST_ENDINGS) else ""
            hints = (f"{hint}{why}",)
            finding = Finding("missing-file", Severity.ERROR, "this is not a folder", artifact=str(source), hints=hints)
            raise MissingFileError(finding, NOTHING) from exc
        except OSError as exc:
            raise _problem(path, f"the file can't be read: {exc.strerror}", _OWNER) from exc
        if data.count(b"\r\n") not in (0, data.count(b"\n")):
            hint = "make them alike: an edit could not keep both"
            raise _problem(path, "some lines end with CR LF and some with LF", hint)
        return cls(path, data)

    @property
    def pyproject(self) -> Pyproject:
        """Its content. Raises `DeclarationError` if that is not TOML.

        A byte order mark is not reported here, because an edit keeps it; see `is_marked`.
        """
        return Pyproject.decode(self.before)._replace(is_marked=False)

    @property
    def is_marked(self) -> bool:
        """Whether it begins with a byte order mark, which an edit keeps."""
        return self.before.startswith(BOM_UTF8)

    def write(self, text: str, command: str) -> None:
        """Replace the file.

        Raises `AbidingError` if it can't be written, or was changed after it was read; then the hint is `command`.
        """
        target = self.path.resolve()
        try:
            there = target.exists()
            if (target.read_bytes() if there else b"") != self.before:
                raise _problem(self.path, "the file has been changed in the meantime", f"run `{command}` again")
            # A file that is new gets the permissions of the one beside it that makes this a project.
            like = target if there else next(target.parent.glob("setup.*"))
            with new_file(target, like) as file:
                write_all(file, self._encoded(text))
                Path(file.name).chmod(like.stat().st_mode & (0o7777 if there else 0o666))
                commit(file, target)
        except OSError as exc:
            raise _problem(self.path, f"the file can't be written: {exc.strerror}", _OWNER) from exc

    def _encoded(self, text: str) -> bytes:
        """Return the new text with the line ends of the old file, and its byte order mark if it has one."""
        data = text.encode()
        if b"\r\n" in self.before:
            data = data.replace(b"\n", b"\r\n")
        return BOM_UTF8 + data if self.is_marked else data


_OWNER = "see whose the file and its folder are, and whether they may be written to"


def _problem(path: Path, message: str, hint: str = "") -> AbidingError:
    hints = (hint,) if hint else ()
    return AbidingError(Finding("bad-pyproject", Severity.ERROR, message, artifact=str(path), hints=hints), NOTHING)
