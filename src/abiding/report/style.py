"""The style sheet of the HTML report, for light and dark screens, paper and keyboard."""

from __future__ import annotations

__all__ = ["STYLE"]


STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1d2330; --soft: #5d6676; --line: #dfe3ea; --raised: #f5f7fa; --link: #0b5cad;
  --shade: #0003;
  --error: #b3261e; --error-soft: #fde8e6; --warning: #8a5300; --warning-soft: #fdf0d9;
  --note: #46557a; --note-soft: #e9edf7; --good: #1c6e3d; --good-soft: #e2f4e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171d; --ink: #e4e8ef; --soft: #9aa4b5; --line: #2e3542; --raised: #1c212a; --link: #7db7f5;
    --shade: #000a;
    --error: #ff9c94; --error-soft: #4a1f1c; --warning: #f3c26b; --warning-soft: #43310f;
    --note: #a9b9e0; --note-soft: #262f45; --good: #86d8a4; --good-soft: #17392a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { padding: 1.5rem clamp(1rem, 3vw, 3rem) 3rem; }
nav { padding: .6rem clamp(1rem, 3vw, 3rem); background: var(--raised); border-bottom: 1px solid var(--line); }
nav li { line-height: 1.75; }
nav ul { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; margin: 0; padding: 0; list-style: none; }
a { color: var(--link); }
section + section { margin-top: 3.5rem; padding-top: 2rem; border-top: 1px solid var(--line); }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; letter-spacing: -.01em; }
h1 .badge { font-size: .85rem; vertical-align: .25em; }
h2 { margin: 2rem 0 .7rem; font-size: 1.05rem; }
h3 { margin: 0 0 .25rem; font-size: .78rem; font-weight: 600; color: var(--soft); }
p { margin: .4rem 0; text-wrap: pretty; }
.summary { max-width: 60rem; color: var(--soft); }
.badge, .chip { padding: .1em .6em; border-radius: 1em; font-size: .78rem; font-weight: 600; }
.badge { max-width: 100%; text-align: left; box-decoration-break: clone; overflow-wrap: anywhere; }
.badge code { font-size: inherit; font-weight: inherit; }
.chip { white-space: nowrap; }
.badge.good { background: var(--good-soft); color: var(--good); }
.badge.error, .chip.error { background: var(--error-soft); color: var(--error); }
.badge.note, .chip.note { background: var(--note-soft); color: var(--note); }
.badge.warning, .chip.warning { background: var(--warning-soft); color: var(--warning); }
button { border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
.badge { vertical-align: .1em; }
.explained { padding: 0; color: var(--link); text-decoration: underline; text-underline-offset: .2em; }
.page { width: min(46rem, 94vw); max-height: 88vh; padding: 1rem 1.2rem 1.2rem; overflow: auto;
  border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink); }
.page::backdrop { background: #0007; }
.page button { float: right; padding: .1rem .6rem; border: 1px solid var(--line); border-radius: 6px; }
.page pre { max-height: none; margin: .6rem 0; padding: .6rem .8rem; background: var(--raised); border-radius: 6px; }
.page h2 { margin: 0 0 .5rem; } .page h3 { margin: 1.2rem 0 .2rem; color: inherit; font-size: .95rem; }
.page .item { margin-left: 1.2rem; text-indent: -.9rem; }
.filters { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin-bottom: 1rem; }
.filters select, .filters button { padding: .25rem .5rem; border: 1px solid var(--line); border-radius: 6px; }
.filters select { background: var(--raised); color: var(--ink); font: inherit; max-width: 60vw; }
.filters span:first-child { color: var(--soft); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.wide { display: none; color: var(--soft); font-size: .85rem; }
footer { padding: 1rem clamp(1rem, 3vw, 3rem) 2rem; color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
body:has(option[class]:checked) .all::details-content { content-visibility: visible; block-size: auto; }
summary { cursor: pointer; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
pre, code, .file, .value, .names { font: 12.5px/1.5 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; }
pre { margin: 0; overflow: auto; max-height: 24rem; white-space: pre-wrap; overflow-wrap: anywhere; }
/* A shade at the end of what is longer than its box, which what is there covers when it is scrolled to. */
.side pre {
  background: linear-gradient(var(--raised), var(--raised)) bottom / 100% 1.5rem no-repeat local,
    linear-gradient(transparent, var(--shade)) bottom / 100% 1.5rem no-repeat scroll;
}
pre i { color: var(--soft); }
mark { color: inherit; }
.finding { max-width: 72rem; border: 1px solid var(--line); border-radius: 8px; }
.finding + .finding { margin-top: .5rem; }
.finding > summary { display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline; padding: .5rem .8rem; }
.finding > summary::before { content: "▸"; color: var(--soft); }
.finding[open] > summary::before { content: "▾"; }
.finding .message { flex: 1 1 24rem; overflow-wrap: anywhere; }
.finding .where { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.finding .inside { padding: 0 .8rem .7rem 2.1rem; }
.finding .inside p { max-width: 52rem; }
.finding .rule { margin: 0 0 .4rem; font-size: .85rem; }
.finding b { color: var(--soft); font-weight: 600; }
.hint { white-space: pre-wrap; }
.names { margin: .4rem 0; padding-left: 1.2rem; font-weight: 400; columns: 26rem; overflow-wrap: anywhere; }
.legend { margin: 0 0 2rem; display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; color: var(--soft); font-size: .85rem; }
.matrix { overflow: auto; max-height: 85vh; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: separate; border-spacing: 0; min-width: 100%; }
th, td { padding: .5rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { position: sticky; top: 0; z-index: 2; background: var(--raised); font-size: .85rem; white-space: nowrap; }
tbody th {
  position: sticky; left: 0; z-index: 1; width: 22rem; min-width: 15rem; max-width: 26rem;
  background: var(--paper); border-right: 1px solid var(--line); font-weight: 400;
}
.corner { left: 0; z-index: 3 !important; border-right: 1px solid var(--line); }
tr.reference > * { background: var(--raised); }
th small { display: block; color: var(--soft); font-size: .75rem; font-weight: 400; }
.file { display: block; overflow-wrap: anywhere; }
tbody th > .names { margin: 0; }
tbody th .badge { display: inline-block; margin-top: .3rem; }
tbody th .names { columns: auto; padding-left: 0; list-style: none; max-height: 16rem; overflow: auto; }
tbody th details summary { color: var(--soft); font-size: .85rem; }
td { white-space: nowrap; }
td:has(details[open]) { min-width: min(44rem, 80vw); white-space: normal; }
.cell { display: inline-block; min-width: 1.6em; padding: 0 .3em; border-radius: 4px; }
.cell { text-align: center; font-weight: 600; }
.cell.same { color: var(--soft); font-weight: 400; }
.cell.spelling, .cell.unsaid, .cell.apart, .cell.note { background: var(--note-soft); color: var(--note); }
.cell.declared, .cell.dynamic { background: var(--good-soft); color: var(--good); }
.cell.warning { background: var(--warning-soft); color: var(--warning); }
.cell.error { background: var(--error-soft); color: var(--error); }
.words { margin-left: .4rem; font-size: .85rem; }
.nothing { color: var(--soft); font-style: italic; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; margin: .5rem 0; }
.side { min-width: 0; padding: .5rem .7rem; background: var(--raised); border-radius: 6px; }
tr.reference .side { background: none; }
.left mark { background: var(--error-soft); }
.right mark { background: var(--good-soft); }
@media (max-width: 42rem) {
  .sides { grid-template-columns: 1fr; }
  tbody th { min-width: 9.5rem; width: 9.5rem; }
  .finding .inside { padding-left: .8rem; }
}
@media (min-width: 42rem) and (max-width: 70rem) { .wide { display: block; } }
/* Where a table has no room beside the names of files, each of these has a list of its fields below it. */
@media screen and (max-width: 42rem) {
  .fields { max-height: none; overflow: visible; border: 0; }
  .fields :is(table, tbody, tr, tbody th) { display: block; }
  .fields thead { display: none; }
  .fields tr { margin-bottom: .7rem; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: 8px; }
  .fields tr.reference { background: var(--raised); }
  .fields tr > * { padding: 0; border: 0; }
  .fields tbody th { position: static; width: auto; min-width: 0; max-width: none; margin-bottom: .4rem; }
  .fields td { display: flex; flex-wrap: wrap; column-gap: .7rem; padding: .1rem 0; white-space: normal; }
  .fields td::before { content: attr(data-field); flex: 0 0 9.5rem; color: var(--soft); font-size: .85rem; }
  .fields td:has(> .same) { display: inline-flex; column-gap: .1rem; margin-right: .9rem; }
  .fields td:has(> .same)::before { flex: none; }
  .fields td details[open] { flex: 1 0 100%; min-width: 0; }
  .fields td:has(details[open]) { min-width: 0; }
}
@media print {
  html { font-size: 11.2px; }
  body { font-size: 10.5px; }
  pre, code, .file, .value, .names { font-size: 8.75px; }
  .matrix { max-height: none; overflow: visible; border: 0; }
  thead th, tbody th { position: static; }
  pre, tbody th .names { max-height: none; }
  .filters, .wide, .page { display: none; }
  /* Not what the fields say: of a release of many wheels that is a book. */
  :is(.finding, tbody th details)::details-content { content-visibility: visible; block-size: auto; }
  .finding, tr { break-inside: avoid; }
  .badge, .chip, .cell, mark { print-color-adjust: exact; }
}
"""
