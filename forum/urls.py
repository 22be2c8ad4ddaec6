"""The site's addresses."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# One way in for all: the admin's own form would know nothing of confirmed addresses and counted tries.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler404 = "forum.errors.not_found"
handler429 = "forum.users.views.too_many_requests"  # allauth's limits ask for it
handler500 = "forum.errors.server_error"

urlpatterns = [
    path("", include("posts.urls")),  # first what is read most
    path("", include("comments.urls")),
    path("", include("forum.users.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("forum.pages.urls")),
    path("", include("forum.moderation.urls")),
    path("", include("forum.reading.urls")),
    path("", include("forum.notices.urls")),
    path("", include("forum.voices.urls")),
    path("", include("forum.search.urls")),
    path("", include("forum.drafts.urls")),
    path("", include("forum.history.urls")),
    path("", include("forum.archive.urls")),
    path("", include("forum.onefile.urls")),
]
