"""The addresses of posts."""

from django.urls import path, register_converter
from django.urls.converters import SlugConverter

from forum.voices.models import Mark
from posts import feeds, pictures, sitemap, views
from posts.models import ADDRESSES
from posts.tags import views as tags


class TitleConverter(SlugConverter):
    """The title of a post as a part of an address: never the word of another page below it."""

    regex = f"(?!(?:{'|'.join(ADDRESSES)})/){SlugConverter.regex}"


register_converter(TitleConverter, "title")

urlpatterns = [
    # What is asked for most is looked for first: to go through all addresses takes as long as two queries.
    path("posts/<int:pk>/<title:slug>/", views.post, name="post"),
    path("", views.front, name="front"),
    path("posts/new/", views.post_new, name="post-new"),
    path("posts/<int:pk>/edit/", views.post_edit, name="post-edit"),
    path("posts/<int:pk>/delete/", views.post_delete, name="post-delete"),
    path("posts/<int:pk>/feed/", feeds.post_feed, name="post-feed"),
    path("posts/<int:pk>/picture.png", pictures.post_picture, name="post-picture"),
    path("posts/<int:pk>/", views.post, name="post-short"),
    path("tags/", tags.tags, name="tags"),
    path("tags/<slug:slug>/", tags.tag, name="tag"),
    path("tags/<slug:slug>/follow/", tags.tag_mark, {"kind": Mark.Kind.FOLLOWED}, name="tag-follow"),
    path("tags/<slug:slug>/hide/", tags.tag_mark, {"kind": Mark.Kind.HIDDEN}, name="tag-hide"),
    path("feed/", feeds.site_feed, name="feed"),
    path("tags/<slug:slug>/feed/", feeds.tag_feed, name="tag-feed"),
    path("members/<str:name>/feed/", feeds.member_feed, name="member-feed"),
    path("picture.png", pictures.site_picture, name="site-picture"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-<int:part>.xml", sitemap.part, name="sitemap-part"),
]
