"""The site's addresses."""

from django.contrib import admin
from django.urls import include, path

handler500 = "forum.errors.server_error"

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("forum.pages.urls")),
    path("", include("posts.urls")),
    path("", include("comments.urls")),
]
