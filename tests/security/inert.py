"""What a page may hold, read from its parsed tree and not from its text."""

import re
from urllib.parse import unquote

import lxml.html
from lxml import etree

ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "background", "cite", "xlink:href", "srcset"}
FORBIDDEN = {"iframe", "object", "embed", "base", "applet", "frame", "math", "animate", "style", "noscript"}
HARMLESS: set[tuple[object, ...]] = set()  # elements that passed: their names, their attributes, and a script's text


def check(answer) -> None:
    """Holds that nothing in an answer would run, load from elsewhere, or leave its place."""
    kind = answer["Content-Type"].split(";")[0]
    if kind == "text/plain":
        return
    if kind.endswith("xml"):
        tree = etree.fromstring(answer.content)
        for content in tree.iter("{http://www.w3.org/2005/Atom}content"):
            check_tree(lxml.html.fragment_fromstring(content.text or "", create_parent=True), fed=True)
        return
    assert kind == "text/html"
    page = answer.content.decode()
    tree = lxml.html.document_fromstring(page)
    if "attachment" in answer.get("Content-Disposition", ""):
        without_own(tree)
    check_tree(tree)
    assert page.count("<body") == 1
    assert page.rstrip().endswith("</html>")


def without_own(tree: lxml.html.HtmlElement) -> None:
    """Takes the one style sheet and the one block of data out of a file that carries them with it."""
    [style], [data] = tree.findall("head/style"), tree.findall("body/template")
    assert "<" not in style.text + data.text
    assert not len(data)
    style.drop_tree()
    data.drop_tree()


def shown(node: lxml.html.HtmlElement) -> str:
    """The beginning of an element; made only where something is wrong, for it draws all that is in it."""
    return lxml.html.tostring(node, encoding="unicode")[:300]


def check_tree(tree: lxml.html.HtmlElement, *, fed: bool = False) -> None:
    for node in tree.iter():
        if isinstance(node.tag, str):
            # What stands around the words is the same on every page, and need be judged once.
            said = (fed, node.tag, node.text if node.tag == "script" else None, *node.attrib.items())
            if said not in HARMLESS:
                check_node(node, fed=fed)
                HARMLESS.add(said)


def check_node(node: lxml.html.HtmlElement, *, fed: bool) -> None:
    assert node.tag not in FORBIDDEN, shown(node)
    if node.tag == "script":
        assert node.get("src", "").startswith(("/static/", "/admin/jsi18n/")), shown(node)
        assert not (node.text or "").strip(), shown(node)
    if node.tag == "meta":
        assert node.get("http-equiv", "").lower() != "refresh", shown(node)
    for name, value in node.attrib.items():
        assert not name.lower().startswith("on"), shown(node)
        assert name.lower() not in ("srcdoc", "autofocus") or node.get("role") == "alert" or node.tag == "input", shown(
            node
        )
        if name.lower() in ADDRESSES:
            check_address(name.lower(), value, node, fed=fed)


def check_address(name: str, value: str, node: lxml.html.HtmlElement, *, fed: bool) -> None:
    plain = re.sub(r"[\s\x00-\x20]", "", unquote(value)).lower()
    assert not re.match(r"(javascript|data|vbscript|file|blob):", plain), shown(node)
    if node.tag == "a" or (node.tag == "link" and name == "href"):
        assert not plain.startswith(("//", "\\\\")), shown(node)
        return
    if node.tag == "q" or name == "cite":
        raise AssertionError(shown(node))
    if not fed:
        assert value == "" or re.match(r"[/?#.][^/\\]|/$", value), shown(node)
