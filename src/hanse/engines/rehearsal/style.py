"""The style of the rehearsal report: light and dark, readable on a phone, printable."""

STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1b1f24; --paper: #fff; --soft: #5b6470; --line: #d5dae1;
  --c1: #0b5aa2; --c2: #c2410c; --c3: #6f7681; --c4: #1f7a4d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8ebef; --paper: #14181d; --soft: #a3adba; --line: #38414c;
    --c1: #6cb2f5; --c2: #f59e6c; --c3: #99a1ab; --c4: #6ccf9a;
  }
}
body {
  margin: 0 auto; max-width: 60rem; padding: 1.5rem;
  font: 1rem/1.55 system-ui, Arial, sans-serif; color: var(--ink); background: var(--paper);
}
h1 { font-size: 1.7rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
caption, .soft { color: var(--soft); }
caption { text-align: left; padding: .3rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; margin: .4rem 0; font: 12px system-ui, Arial, sans-serif; }
svg text { fill: var(--ink); }
.c1 { fill: var(--c1); } .c2 { fill: var(--c2); } .c3 { fill: var(--c3); } .c4 { fill: var(--c4); }
svg .in1, svg .in2, svg .in3, svg .in4 { fill: var(--paper); }
.axis { stroke: var(--soft); } .mark { stroke: var(--c2); stroke-dasharray: 4 3; }
.note { border-left: 4px solid var(--c2); padding: .4rem .9rem; margin: 1rem 0; }
code { word-break: break-all; }
@media print { body { max-width: none; padding: 0; } h2 { break-after: avoid; } svg, tr { break-inside: avoid; } }
"""
