"""The style of a call's page as one standalone file: screens of any width, dark rooms, paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1c2733; --quiet: #51606f; --paper: #ffffff; --panel: #f3f6f9; --line: #c9d3dd;
  --accent: #0b4a7d; --head: #0b3559; --head-ink: #ffffff; --head-quiet: #d5e3ef;
  --open: #7a4b00; --open-panel: #fff5e0; --open-line: #b97a12;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6ebf0; --quiet: #a9b6c3; --paper: #12181f; --panel: #1b242e; --line: #3a4754;
    --accent: #8cc3f2; --head: #0d2a44; --head-ink: #ffffff; --head-quiet: #c9dbeb;
    --open: #ffd48a; --open-panel: #2b2413; --open-line: #b58a3a;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 "Source Sans 3", "Segoe UI", "Noto Sans", "Liberation Sans", Arial, sans-serif;
}
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, .wide:focus-visible { outline: 3px solid var(--open-line); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -999rem; background: var(--paper); padding: .6rem 1rem; z-index: 1; }
.skip:focus { left: 1rem; top: 1rem; }
.frame { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
header { background: var(--head); color: var(--head-ink); padding: 2.25rem 0 2rem; }
header p { margin: 0; color: var(--head-quiet); }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h1 { margin: .35rem 0 0; font-size: clamp(1.6rem, 1.1rem + 2.4vw, 2.4rem); font-weight: 650; }
h2 { margin: 3rem 0 1rem; padding-bottom: .4rem; border-bottom: 2px solid var(--accent); font-size: 1.5rem; }
h3 { margin: 0; font-size: 1.0625rem; overflow-wrap: anywhere; }
p, ul, ol { margin: 0 0 1rem; max-width: 44rem; }
li { margin-bottom: .4rem; }
.facts { display: flex; flex-wrap: wrap; gap: 1px; margin: 0 0 1.5rem; }
.facts div { flex: 1 1 13rem; background: var(--panel); border-top: 3px solid var(--line); padding: .8rem 1rem; }
dt { color: var(--quiet); font-size: .9rem; }
dd { margin: 0; }
.facts dd { font-weight: 600; overflow-wrap: anywhere; }
nav.frame { padding-top: 1.5rem; }
nav p { margin-bottom: .3rem; color: var(--quiet); }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; padding: 0; list-style: none; max-width: none; }
.wide { overflow-x: auto; margin: 0 0 1.5rem; }
table { border-collapse: collapse; width: 100%; font-size: 1rem; }
caption { text-align: left; font-weight: 650; padding: 0 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .6rem .8rem .6rem 0; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--quiet); font-size: .9rem; color: var(--quiet); vertical-align: bottom; }
tbody th { font-weight: 600; }
.figure { font-variant-numeric: tabular-nums; }
.pairs { margin: 0 0 1.25rem; }
.pairs div {
  display: grid; grid-template-columns: minmax(9rem, 16rem) 1fr; gap: .45rem 1.25rem; margin-bottom: .45rem;
}
.note { color: var(--quiet); font-size: .9rem; font-weight: 400; }
.mark {
  display: inline-block; padding: 0 .4em; border: 1px solid var(--open-line); border-radius: 3px;
  background: var(--open-panel); color: var(--open); font-size: .85rem; font-weight: 600; white-space: nowrap;
}
.whole { white-space: nowrap; }
.aside { border-left: 4px solid var(--open-line); padding: .2rem 0 .2rem 1rem; }
.cite { font-size: .75rem; line-height: 0; white-space: nowrap; }
.cite a { text-decoration: none; padding: 0 .1em; }
.cite a:hover { text-decoration: underline; }
.clause {
  border: 1px solid var(--line); border-left: 4px solid var(--accent); padding: 1rem 1.25rem .2rem; margin: 0 0 1rem;
}
.clause:target { background: var(--panel); }
.clause .top { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; margin-bottom: .5rem; }
.clause .pairs { display: flex; flex-wrap: wrap; gap: .1rem 1.75rem; margin-bottom: .9rem; font-size: .95rem; }
.clause .pairs div { display: flex; flex-wrap: wrap; gap: 0 .5rem; margin: 0; }
.tag { color: var(--quiet); font-size: .9rem; }
.notes { list-style: none; margin: -1rem 0 1.5rem; padding: 0; color: var(--quiet); font-size: .9rem; }
.notes li { margin: 0 0 .15rem; padding-left: 1.6rem; text-indent: -1.6rem; }
.notes b { display: inline-block; min-width: 1.6rem; text-indent: 0; }
.sources { max-width: 52rem; padding-left: 1.6rem; }
.sources li { margin-bottom: 1rem; overflow-wrap: anywhere; }
.sources ol { list-style: none; padding: 0; margin: .3rem 0 0; font-size: .95rem; }
.sources ol li { margin: 0 0 .15rem; padding-left: 2.6rem; text-indent: -2.6rem; }
.sources b { display: inline-block; min-width: 2.6rem; text-indent: 0; font-weight: 600; }
:target { scroll-margin-top: 1rem; }
.sources :target, .notes :target { background: var(--open-panel); }
footer { margin-top: 3rem; padding: 1.5rem 0 2.5rem; border-top: 1px solid var(--line); color: var(--quiet); }
footer p { margin: 0; }
@media (max-width: 44rem) {
  body { font-size: 1rem; }
  .facts div { flex-basis: 9rem; }
  .pairs div { grid-template-columns: 1fr; gap: 0; }
  thead { position: absolute; left: -999rem; }
  table, tbody, tr, td, tbody th, caption { display: block; width: 100%; }
  tr { border: 1px solid var(--line); padding: .6rem .9rem; margin-bottom: .75rem; background: var(--panel); }
  th, td { border: 0; padding: .2rem 0; }
  td { display: grid; grid-template-columns: minmax(7rem, 38%) 1fr; gap: .75rem; }
  td::before { content: attr(data-head); color: var(--quiet); font-size: .9rem; }
  tbody th::before { content: attr(data-head) " "; font-weight: 400; color: var(--quiet); }
}
@media print {
  :root {
    --ink: #000; --quiet: #333; --paper: #fff; --panel: #fff; --line: #999; --accent: #000;
    --head: #fff; --head-ink: #000; --head-quiet: #333; --open: #000; --open-panel: #fff; --open-line: #555;
  }
  @page { margin: 18mm 16mm; }
  body { font-size: 10.5pt; }
  header { padding: 0 0 1rem; border-bottom: 2pt solid #000; }
  .frame { max-width: none; padding: 0; }
  nav, .skip { display: none; }
  h2 { break-after: avoid; margin-top: 1.6rem; }
  .clause, tr, .facts div { break-inside: avoid; }
  .sources a { text-decoration: none; }
}
"""
