"""What the desk lists of archives: uploads, imports, what they found, and replies that they make likely."""

from __future__ import annotations

from django.contrib import admin

from forum.archive.desk.items import ItemAdmin
from forum.archive.desk.runs import RunAdmin
from forum.archive.desk.uploads import UploadAdmin
from forum.archive.models import Item, Run, Suggestion, Upload
from forum.archive.suggested.admin import SuggestionAdmin

admin.site.register(Upload, UploadAdmin)
admin.site.register(Run, RunAdmin)
admin.site.register(Item, ItemAdmin)
admin.site.register(Suggestion, SuggestionAdmin)
