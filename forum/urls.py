"""The site's addresses."""

from django.contrib import admin
from django.urls import include, path

from forum import health

handler500 = "forum.errors.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("forum.pages.urls")),
    path("", include("posts.urls")),
    path("", include("comments.urls")),
]
