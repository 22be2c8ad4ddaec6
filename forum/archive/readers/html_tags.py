"""The elements of HTML by what they do to the text in them."""

from typing import Final

VOID: Final = frozenset({
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link",
    "meta", "param", "source", "track", "wbr",
})  # fmt: skip
"""They hold nothing, and have no end."""
RAW: Final = ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
"""What is in them is no markup."""
BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "html", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
ENDED: Final = BLOCKS - {
    "body", "dd", "dt", "html", "li", "p", "tbody", "td", "tfoot", "th", "thead", "tr",
}  # fmt: skip
"""Those whose end no page may leave out."""
HIDDEN: Final = frozenset({
    "audio", "base", "button", "canvas", "datalist", "embed", "form", "frameset", "head", "iframe", "input", "link",
    "map", "math", "meta", "noembed", "noframes", "object", "option", "param", "progress", "script", "select",
    "source", "style", "svg", "template", "textarea", "title", "track", "video", "xmp",
})  # fmt: skip
"""A reader of the page sees nothing of them, or nothing that is text."""
PARAGRAPHS: Final = frozenset({
    "article", "blockquote", "dl", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "ol", "p", "pre", "section", "table", "ul",
})  # fmt: skip
"""They stand apart from what is above and below."""
BREAKS: Final = (BLOCKS | PARAGRAPHS | {"br", "legend"}) - {"td", "th"}
"""They end the line."""
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
