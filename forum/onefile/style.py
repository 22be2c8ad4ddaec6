"""How a thread looks that was saved as one file: on a screen, light or dark, and on paper."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--paper:#f7f8f6;--ink:#17191c;--muted:#565c63;--link:#0a5a49;--rule:#d3d7d2;
--rail:#7a8288;--then:#8a5f10;--now:#0b6b57;--mark:#fff0b8}
@media (prefers-color-scheme:dark){:root{--paper:#121416;--ink:#e4e6e3;--muted:#9aa2a8;--link:#7fd0ba;--rule:#31363a;
--rail:#7d868c;--then:#c79545;--now:#4fb59b;--mark:#3b3410}}
*{box-sizing:border-box}
body{max-width:46rem;margin:0 auto;padding:1.5rem 1rem 3rem;background:var(--paper);color:var(--ink);
font:1rem/1.55 system-ui,sans-serif;overflow-wrap:break-word}
h1,.then .body,.then>.article{font-family:Charter,Cambria,Georgia,serif}
h1{margin:0 0 .5rem;font-size:2.25rem;line-height:1.1;text-wrap:balance}
h2{margin:2.5rem 0 .5rem;font-size:1.25rem}
a{color:var(--link)}
p{margin:.6em 0}
pre{overflow-x:auto}
blockquote{margin:.6em 0;padding:.1rem 0 .1rem .9rem;border-left:2px solid var(--rail);color:var(--muted)}
figure{margin:1em 0}
figcaption,.quote-source,.quote-note,.quiet,.note,.answers,.evidence,.divider,footer{color:var(--muted);font-size:.8125rem}
.quiet{margin:.2em 0}
.note{padding:.5rem .75rem;border:1px solid var(--rule)}
.article{font-size:1.125rem}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
ol.thread,ol.replies{margin:0;padding:0;list-style:none}
.thread>.comment{padding:.75rem 0;border-top:1px solid var(--rule)}
.replies>.comment{margin:.75rem 0 0;padding-left:1rem;border-left:2px solid var(--now)}
.replies>.then{border-color:var(--then)}
.replies>.inferred{border-left-style:dotted}
.replies>.d8{padding-left:0;border-left:0}
.comment header{color:var(--muted);font-size:.8125rem;font-variant-numeric:tabular-nums}
.comment h3{display:inline;margin:0 .5rem 0 0;font-size:.875rem;color:var(--ink)}
.comment h3 a,.permalink{color:inherit;text-decoration:none}
.tombstone{font-style:italic;font-weight:400}
.marks{color:var(--now)}
.then .marks{color:var(--then)}
.branch>summary{color:var(--muted);font-size:.75rem;cursor:pointer}
.branch[open]>summary>span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.comment h3 .to{font-weight:400;color:var(--muted)}
.comment:target>article,.comment:target>.branch>article{background:var(--mark)}
.divider{margin:1.5rem 0;padding:.5rem 0;border-block:1px solid var(--rail);list-style:none;text-align:center}
footer{margin-top:3rem;border-top:1px solid var(--rule)}
@media (max-width:30rem){.replies>.comment{padding-left:.625rem}.replies>.d4,.replies>.d5,.replies>.d6,.replies>.d7
{padding-left:0;border-left:0}h1{font-size:1.75rem}}
@media print{@page{margin:2cm}:root{--paper:#fff;--ink:#000;--muted:#444;--link:#000}
body{max-width:none;padding:0;font-size:10.5pt}.branch>summary{display:none}.evidence>summary{list-style:none}
header,h1,h2,h3,.quote-source{break-after:avoid}blockquote,figure{break-inside:avoid}p{orphans:3;widows:3}
.body a[href^=http]::after,.article a[href^=http]::after{content:" (" attr(href) ")";overflow-wrap:anywhere}}
""".strip()
