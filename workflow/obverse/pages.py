"""What the pages of the project share: a head and a look. They need nothing else: no script, no network."""

from html import escape

GOOD, BAD, DOUBTFUL = "#0a6b3d", "#a03030", "#8a6d00"  # of words, of bars, and beside what a page says first

_STYLE = f"""
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 1rem auto; padding: 0 1rem; color: #222 }}
h1 {{ font-size: 1.4rem }} h2 {{ font-size: 1.1rem; margin-top: 2rem }} h1, p {{ overflow-wrap: anywhere }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ padding: .35rem .3rem; text-align: left; vertical-align: top }}
tr {{ border-bottom: 1px solid #ddd }} td.n {{ font-variant-numeric: tabular-nums }}
small, .note {{ color: #555; font-size: 13px; font-weight: 400 }} .origin {{ color: {BAD} }}
.verdict {{ border-left: .4rem solid; padding: .6rem 1rem; background: #f5f5f5; font-size: 1.1rem }}
.verdict small {{ display: block; font-size: 14px; line-height: 1.4; margin-top: .2rem }}
.fine {{ border-color: {GOOD} }} .leaks {{ border-color: {BAD} }} .unclear {{ border-color: {DOUBTFUL} }}
"""


def write(title: str, style: str, body: str) -> str:
    """Return a page as HTML: ``title`` as text, what ``style`` adds to the shared look or changes of it, the body.

    The empty icon keeps browsers from asking for one.
    """
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}{style}</style></head><body>{body}</body></html>\n"
    )
