"""The pages that every site has, and the patterns page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from forum.moderation.models import Rule
from forum.pagecache.keeping import kept
from forum.pagecache.versions import of_site
from forum.pages import patterns as samples
from forum.pages.examples import examples
from forum.pages.models import Page
from forum.pages.sections import sections


@kept(of_site)
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One page in the operator's words; the rules page also lists the rules that decisions name."""
    found = get_object_or_404(Page, slug=slug)
    rules = Rule.objects.filter(active=True, for_readers=True).exclude(slug="other") if slug == "rules" else []
    return render(request, "pages/page.html", {"page": found, "sections": sections(found.body), "rules": rules})


def writing(request: HttpRequest) -> HttpResponse:
    """How to write, by examples."""
    return render(request, "pages/writing.html", {"examples": examples()})


def patterns(request: HttpRequest) -> HttpResponse:
    """Every component in every state; the address exists while DEBUG is on."""
    return render(request, "pages/patterns.html", samples.shown())
