"""Report a proof as text or JSON."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abiding.files.plain import is_folder
from abiding.findings.characters import on_one_line, visible
from abiding.findings.finding import Severity, by_weight, worst
from abiding.findings.screen import conclusion, lines
from abiding.findings.terminal import Span, Style, style_of
from abiding.findings.words import number_of
from abiding.metadata.difference import compare
from abiding.proof import ProofVerdict
from abiding.proof.building import StepState
from abiding.proof.plan import What
from abiding.report import concise, github, sarif
from abiding.report.columns import columns
from abiding.report.grouping import groups
from abiding.report.json import document, findings_data
from abiding.report.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abiding.findings.terminal import Line, Terminal
    from abiding.proof import Proof
    from abiding.proof.building import StepOutcome

__all__ = ["as_text", "forms", "summary"]


def as_text(proof: Proof, to: Terminal) -> str:
    """Return the whole text, with a newline at its end."""
    return to.written(_lines(proof, to))


def _lines(proof: Proof, to: Terminal) -> Iterator[Line]:
    name = on_one_line(f"{proof.name} {proof.version}".strip())
    yield (Span(name, Style.STRONG), Span(f"   built by {on_one_line(proof.authors)}"))
    for setting, builds in groupby(proof.builds, key=lambda built: built.step.setting):
        yield ()
        if str(setting):
            yield (Span(f"  {on_one_line(str(setting))}", Style.STRONG),)
        same = list(builds)
        yield from columns((), [_cells(built, same, proof) for built in same], to, "  ")
    yield ()
    for finding, about in ((group.finding, group.about) for group in groups(by_weight(proof.findings))):
        if finding.severity is not Severity.NOTE:
            yield from lines(finding._replace(artifact=about), to.width)
            yield ()
    yield from conclusion(Span(summary(proof), _style(proof)), to)


def _style(proof: Proof) -> Style:
    """Return the colour of the most severe finding, or of a failed build."""
    shown = [finding for finding in proof.findings if finding.severity is not Severity.NOTE]
    return Style.ERROR if proof.verdict is ProofVerdict.UNPROVEN else style_of(worst(shown))


def _cells(built: StepOutcome, builds: list[StepOutcome], proof: Proof) -> tuple[Span, ...]:
    word, more, seconds = _said(built, builds, proof)
    cells = (Span(f"from the {built.step.origin}"), Span(word, _STYLES.get(word, Style.GOOD)), Span(more))
    return (Span(str(built.step.what)), *cells, Span(seconds, Style.FAINT))


_STYLES = {
    "FAILED": Style.ERROR,
    "not built": Style.ERROR,
    "DIFFERS": Style.ERROR,
    "differs": Style.WARNING,
    "no hook": Style.FAINT,
}


def _said(built: StepOutcome, builds: list[StepOutcome], proof: Proof) -> tuple[str, str, str]:
    """Return the state of a build in one word, details, and the duration of both runs."""
    if built.state is StepState.FAILED:
        return "FAILED", "", ""
    if built.state is StepState.IMPOSSIBLE:
        return "not built", "there is no sdist", ""
    if built.state is StepState.ABSENT:
        return "no hook", "", ""
    seconds = " + ".join(f"{result.seconds:.1f}" for result in built.results) + " s"
    wrong = [
        finding
        for finding in proof.findings
        if finding.artifact.endswith(f"({built.step})") and finding.severity is not Severity.NOTE
    ]
    if wrong:
        fields = list(dict.fromkeys(on_one_line(finding.field or finding.rule) for finding in wrong))
        more = f" +{len(fields) - 1}" if len(fields) > 1 else ""
        worst = any(finding.severity is Severity.ERROR for finding in wrong)
        return "DIFFERS" if worst else "differs", fields[0] + more, seconds
    identical = len({result.metadata.data for result in built.results}) == 1
    return "same twice" if identical else "agrees twice", _added(built, builds), seconds


def _added(built: StepOutcome, builds: list[StepOutcome]) -> str:
    """Return the number of requirements that a wheel has besides the sdist's."""
    sdist = next((built.first for built in builds if built.step.what is What.SDIST and built.first), None)
    if sdist is None or built.first is None or built.step.what is What.SDIST:
        return ""
    lines = sum(len(each.right) for each in compare(sdist.metadata, built.first.metadata, ["Requires-Dist"]))
    return f"+{number_of(lines, 'line')}, {'declared' if built.step.setting.level else 'dynamic'}" if lines else ""


def summary(proof: Proof) -> str:
    """Return the verdict in words, on one line."""
    done = sum(built.state is StepState.BUILT for built in proof.builds)
    failed = sum(built.state in (StepState.FAILED, StepState.IMPOSSIBLE) for built in proof.builds)
    errors, warnings = (
        sum(group.finding.severity is severity for group in groups(proof.findings))
        for severity in (Severity.ERROR, Severity.WARNING)
    )
    remarks = f", {number_of(warnings, 'warning')}" if warnings else ""
    match proof.verdict:
        case ProofVerdict.PROVEN:
            return f"proven: {number_of(done, 'build')}, each made twice: all agree with the declaration{remarks}"
        case ProofVerdict.REFUTED:
            return f"refuted: {number_of(errors, 'error')}{remarks}, in {number_of(done, 'build')}, each made twice"
        case _:
            failures = {str(built.step) for built in proof.builds if built.state is StepState.FAILED}
            of_the_rest = groups(finding for finding in proof.findings if finding.artifact not in failures)
            others = sum(group.finding.severity is Severity.ERROR for group in of_the_rest)
            remarks = f", {number_of(others, 'error')} in the others{remarks}" if others else remarks
            return f"unproven: {failed} of {number_of(done + failed, 'build')} could not be made{remarks}"


def forms(proof: Proof, source: Path) -> dict[str, Callable[[], str]]:
    """Return the functions for the formats; `source` is the path of the project."""
    last = on_one_line(f"{proof.name} {proof.version}: {summary(proof)}")
    findings = by_weight(proof.findings)
    report = sarif.Report(proof.name, source if is_folder(source) else source.parent, groups(findings))
    complete = proof.verdict is not ProofVerdict.UNPROVEN
    file = Repository.around(Path()).project_file(report.beside)
    return {
        "concise": lambda: concise.as_lines([*concise.lines(findings), last]),
        "json": lambda: _as_json(proof, str(source)),
        "github": lambda: github.as_commands(findings, file, last),
        "sarif": lambda: sarif.log("prove", [report], complete=complete),
    }


def _as_json(proof: Proof, source: str) -> str:
    gravest = worst(proof.findings)
    return document(
        "prove",
        project={"name": visible(proof.name) or None, "version": visible(proof.version) or None},
        read_from=visible(source),
        backend=visible(proof.authors),
        verdict=str(proof.verdict),
        severity=gravest and str(gravest),
        builds=[_built(built) for built in proof.builds],
        findings=findings_data(proof.findings),
    )


def _built(built: StepOutcome) -> dict[str, Any]:
    first = built.first
    return {
        "what": str(built.step.what),
        "from": str(built.step.origin),
        "level": str(built.step.setting.level) if built.step.setting.level else None,
        "variant": visible(built.step.setting.variant) if built.step.setting.level else None,
        "state": str(built.state),
        "filename": visible(first.path.name) if first else None,
        "requires_dist": [visible(line) for line in first.metadata.all("Requires-Dist")] if first else None,
        "seconds": [round(result.seconds, 1) for result in built.results],
        "output": visible(built.output) or None,
    }
