"""A moderator brings a saved page, looks at it beside its source, corrects it and applies it; nobody else does."""

import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from comments.actions import add_comment
from comments.models import Comment
from forum.archive import corrections, uploads
from forum.archive.models import Run, Upload
from forum.moderation import undoing
from forum.moderation.models import Action
from forum.refusals import Conflict
from forum.users.models import Source, User
from posts.models import Post
from tests.archive.exports import comment, item, wxr_file
from tests.archive.pages import AFTER
from tests.making import page_of as tree_of
from tests.making import select, token

SignIn = Callable[[User], Client]
ADD = "/admin/archive/upload/add/"

# In AFTER the three comments begin at lines 12, 16 and 20.


@pytest.fixture(autouse=True)
def _nothing_is_held(settings: Any) -> None:
    settings.FIRST_COMMENTS_HELD = 0


@pytest.fixture
def desk(mod: User, sign_in: SignIn) -> Client:
    return sign_in(mod)


def bring(desk: Client, text: str | bytes = AFTER, /, called: str = "mill.txt", **more: Any) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    return desk.post(ADD, {**more, "file": SimpleUploadedFile(called, data)})


@pytest.fixture
def upload(desk: Client) -> Upload:
    assert bring(desk).status_code == 302
    return Upload.objects.get()


def page_of(upload: Upload) -> str:
    return f"/admin/archive/upload/{upload.pk}/change/"


def act(desk: Client, upload: Upload, what: str, /, **said: Any) -> Any:
    """Presses a button of the page as it stands now."""
    seen = uploads.stamp(Upload.objects.get(pk=upload.pk))
    return desk.post(f"/admin/archive/upload/{upload.pk}/{what}/", {"seen": seen, **said})


def key(upload: Upload, number: int) -> str:
    """The key of a comment as the file has it."""
    return uploads.plan_of(upload).threads[0].comments[number - 1].key


def correct(desk: Client, upload: Upload, number: int, **said: Any) -> Any:
    return act(desk, upload, "comment", key=key(upload, number), do="save", **said)


def planned(upload: Upload) -> list[tuple[str, str]]:
    found = uploads.plan_of(Upload.objects.get(pk=upload.pk)).threads[0].comments
    return [(comment.author, comment.body) for comment in found]


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# ── Who ──────────────────────────────────────────────────────────────────────


def test_only_those_who_may_import_open_anything(upload: Upload, ann: User, root: User, sign_in: SignIn) -> None:
    unpermitted = User.objects.create_user("half", "half@example.org", "x", is_staff=True)
    unpermitted.user_permissions.add(Permission.objects.get(codename="moderate"))
    roads = [ADD, page_of(upload), "/admin/archive/upload/"]
    acts = ("about", "comment", "undo", "apply", "throw-away", "toml", "file")
    roads += [f"/admin/archive/upload/{upload.pk}/{one}/" for one in acts]
    for who, status in ((Client(), 302), (sign_in(ann), 302), (sign_in(unpermitted), 403)):
        for road in roads:
            assert who.get(road).status_code == status, road
            assert who.post(road, {"seen": uploads.stamp(upload)}).status_code == status, road
    assert (Upload.objects.count(), Post.objects.count()) == (1, 0)
    assert sign_in(root).get(page_of(upload)).status_code == 200


def test_the_group_of_moderators_lost_the_right(upload: Upload, desk: Client) -> None:
    group = Group.objects.get(name="Moderators")
    group.permissions.remove(Permission.objects.get(codename="add_upload"))
    assert desk.get(page_of(upload)).status_code == 403
    assert act(desk, upload, "apply").status_code == 403


@pytest.mark.parametrize("what", ["about", "comment", "undo", "apply", "throw-away"])
def test_looking_changes_nothing(desk: Client, upload: Upload, what: str) -> None:
    assert desk.get(f"/admin/archive/upload/{upload.pk}/{what}/").status_code == 405
    for page in (page_of(upload), f"/admin/archive/upload/{upload.pk}/toml/"):
        desk.get(page)
    assert (Post.objects.count(), Source.objects.count(), Upload.objects.get()) == (0, 0, upload)


def test_a_form_from_elsewhere_is_refused(upload: Upload, mod: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(mod)
    assert act(client, upload, "apply").status_code == 403
    assert Post.objects.count() == 0


# ── Bringing ─────────────────────────────────────────────────────────────────


def test_the_desk_leads_to_the_form(desk: Client) -> None:
    assert f'href="{ADD}">Import a page' in desk.get("/admin/").content.decode()
    Group.objects.get(name="Moderators").permissions.remove(Permission.objects.get(codename="add_upload"))
    assert ADD not in desk.get("/admin/").content.decode()


def test_a_file_waits_and_nothing_is_in_a_thread(desk: Client, upload: Upload, mod: User) -> None:
    assert (upload.file_name, upload.data.decode(), upload.uploaded_by) == ("mill.txt", AFTER, mod)
    assert len(upload.raw) < upload.size
    assert corrections.parse(upload.corrections).source_key == "mill"
    assert Post.objects.count() == 0
    assert "mill.txt" in desk.get("/admin/archive/upload/").content.decode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "This file is empty."),
        (b"\x00\x01\x02" * 400, "format of this file is not known"),
        (b"Just words.\n\nNo dates.", "format of this file is not known"),
    ],
)
def test_what_cannot_be_read_is_refused_and_the_form_is_kept(desk: Client, text: bytes, reason: str) -> None:
    answer = bring(desk, text, provenance="From a disk.", address="https://example.org/")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert reason in page
    assert "From a disk." in page
    assert not Upload.objects.exists()


def test_a_file_that_is_too_large_is_refused_and_what_was_written_is_kept(desk: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("forum.archive.receiving.MAX_BYTES", 1000)
    monkeypatch.setattr("forum.archive.receiving._ROOM", 0)
    answer = bring(desk, AFTER * 20, provenance="From a disk.")
    assert answer.status_code == 422
    assert "larger than 32 MB" in answer.content.decode()
    assert "From a disk." in answer.content.decode()
    assert not Upload.objects.exists()


def test_a_forgotten_file_is_asked_for(desk: Client) -> None:
    answer = desk.post(ADD, {"name": "The Valley Post"})
    assert answer.status_code == 422
    assert "Choose the file." in answer.content.decode()
    assert "The Valley Post" in answer.content.decode()


def test_what_the_form_says_of_the_source_is_in_the_corrections(desk: Client) -> None:
    bring(desk, name="The Valley Post", zone="Europe/London", content="Old words.")
    said = corrections.parse(Upload.objects.get().corrections)
    assert (said.source_key, said.source_name) == ("the-valley-post", "The Valley Post")
    assert (said.zone, said.content) == ("Europe/London", "Old words.")


def test_a_source_that_is_here_is_chosen_and_its_key_is_nobody_elses(desk: Client) -> None:
    source = Source.objects.create(key="mill", name="The mill")
    answer = bring(desk)
    assert answer.status_code == 422
    assert "has the key mill already" in answer.content.decode()
    assert bring(desk, source=source.pk).status_code == 302
    assert corrections.parse(Upload.objects.get().corrections).source_name == "The mill"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"zone": "Nowhere/Town"}, "There is no such zone"),
        ({"key": "Not A Key"}, "such as hot-air"),
        ({"address": "javascript:x"}, "begins with http"),
        ({"address": "https://bank.example@evil.example/"}, "begins with http"),
        ({"format": "nonsense"}, "Select a valid choice"),
        ({"source": "999"}, "no longer here"),
    ],
)
def test_what_is_written_wrongly_is_told_at_its_field(desk: Client, said: dict[str, str], reason: str) -> None:
    answer = bring(desk, **said)
    assert answer.status_code == 422
    assert reason in answer.content.decode()


def test_a_toml_comes_with_the_file(desk: Client) -> None:
    said = b'[source]\nkey = "valley"\n[[comment]]\nline = 16\nauthor = "Lena Berg"\n'
    bring(desk, toml=SimpleUploadedFile("mill.toml", said))
    assert [author for author, _ in planned(Upload.objects.get())] == ["mo", "Lena Berg", "Oskar"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"[source", "not valid TOML"),
        (b"\xff\xfe", "not UTF-8"),
        (b'[source]\nkey = "a"\n[[comment]]\nline = 17\nauthor = "x"', "No comment begins at line 17"),
    ],
)
def test_a_toml_that_does_not_fit_is_refused(desk: Client, said: bytes, reason: str) -> None:
    answer = bring(desk, toml=SimpleUploadedFile("mill.toml", said))
    assert answer.status_code == 422
    assert reason in answer.content.decode()


def test_the_same_file_is_not_kept_twice(desk: Client, upload: Upload) -> None:
    correct(desk, upload, 2, author="Lena Berg")
    answer = bring(desk, called="again.txt")
    assert answer["Location"] == page_of(upload)
    assert Upload.objects.count() == 1
    assert planned(upload)[1][0] == "Lena Berg"


# ── Looking ──────────────────────────────────────────────────────────────────


def test_the_page_tells_the_head_what_is_odd_and_what_would_be_created(desk: Client, upload: Upload, ann: User) -> None:
    User.objects.filter(pk=ann.pk).update(username="oskar", name_key="oskar")
    page = words(desk.get(page_of(upload)))
    for told in (
        "% certain",
        "The mill by the river",
        "3 found, the page names no number",
        "Would create: 1 post, 3 comments, 4 persons.",
        "Oskar",
        "zone not stated",
        "heading “Trackback URL”",
    ):
        assert told in page, told


def test_every_line_of_the_file_stands_beside_what_it_became(desk: Client, upload: Upload) -> None:
    page = desk.get(page_of(upload)).content.decode()
    lines = re.findall(r'<li value="(\d+)" id="L\d+">([^<]*)</li>', page)
    assert [int(number) for number, _ in lines] == list(range(1, len(AFTER.splitlines()) + 1))
    assert [text for _, text in lines] == AFTER.splitlines()
    assert "2. Lena B" in page


def test_raw_markup_in_a_file_does_nothing(desk: Client) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=a()>"
    bring(desk, AFTER.replace("Keep it, or", hostile).replace("Lena B", "Le<b>na"), called=f"{hostile}.txt")
    page = desk.get(page_of(Upload.objects.get())).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "Le<b>na" not in page


def test_a_long_file_comes_in_parts_and_a_line_leads_to_its_part(desk: Client) -> None:
    said = "".join(
        f"Words number {n} of somebody.\n\nName{n} on May 4, 2004 at 10:{n % 60:02} AM\n\n" for n in range(120)
    )
    bring(desk, AFTER + "\n" + said)
    upload = Upload.objects.get()
    first = desk.get(page_of(upload)).content.decode()
    assert first.count('class="pair comment"') == 50
    assert "part 1 of 3" in first
    last = desk.get(page_of(upload), {"line": "490"}).content.decode()
    assert 'id="L490"' in last
    assert "part 3 of 3" in last
    assert 'id="L12"' not in last


def test_a_file_of_several_threads_is_looked_at_thread_by_thread(desk: Client) -> None:
    many = wxr_file(
        item(comment(1), comment(2, parent=1), number=7), item(comment(3), number=8, title="The other mill")
    )
    assert bring(desk, many, called="mill.xml").status_code == 302
    upload = Upload.objects.get()
    first = words(desk.get(page_of(upload)))
    assert "Would create: 2 posts, 3 comments," in first
    assert "The mill by the river , 2 comments The other mill , 1 comment" in first
    assert "answers comment 1, stated in the file" in first
    assert "mo@secret.example" in first  # it is raw, and staff alone read it
    second = desk.get(page_of(upload), {"thread": "2"}).content.decode()
    assert second.count('class="pair comment"') == 1
    found = uploads.plan_of(upload).threads[1].comments[0]
    act(desk, upload, "comment", thread="2", key=found.key, do="save", author="Moritz", parent="")
    assert [thread.comments[0].author for thread in uploads.plan_of(Upload.objects.get()).threads] == [
        "Mo & Co",
        "Moritz",
    ]


@pytest.mark.parametrize("query", ["line=x", "line=-1", "thread=1e9", "line=99999999999999999999", "thread=%00"])
def test_an_odd_place_is_not_found(desk: Client, upload: Upload, query: str) -> None:
    assert desk.get(f"{page_of(upload)}?{query}").status_code in (400, 404)


def test_a_place_beyond_the_file_is_its_end(desk: Client, upload: Upload) -> None:
    assert desk.get(f"{page_of(upload)}?line=999999&thread=77").status_code == 200


def test_the_file_is_downloaded_and_never_shown(desk: Client, upload: Upload) -> None:
    answer = desk.get(f"/admin/archive/upload/{upload.pk}/file/")
    assert answer.content.decode() == AFTER
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["Content-Disposition"] == 'attachment; filename="mill.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"


# ── Correcting ───────────────────────────────────────────────────────────────


def test_an_author_is_corrected_and_the_correction_taken_back(desk: Client, upload: Upload) -> None:
    answer = correct(desk, upload, 2, author="Lena Berg", parent="")
    assert answer["Location"] == f"{page_of(upload)}?thread=1&line=16#L16"
    assert planned(upload)[1][0] == "Lena Berg"
    page = words(desk.get(page_of(upload)))
    assert "author “Lena Berg”, by mod" in page
    assert page.count("the author reads “Lena B”; took “Lena Berg”, as mod said") == 1
    act(desk, upload, "undo", at="16", key="", what="author")
    assert planned(upload)[1][0] == "Lena B"
    assert corrections.parse(Upload.objects.get().corrections).fixes == ()


def test_a_parent_is_set_by_number_and_taken_away(desk: Client, upload: Upload) -> None:
    correct(desk, upload, 3, author="Oskar", parent="2")
    found = uploads.plan_of(Upload.objects.get()).threads[0].comments
    assert (found[2].parent, found[2].parent_basis) == (found[1].key, "moderator")
    assert "answers comment 2, set by hand" in words(desk.get(page_of(upload)))
    correct(desk, upload, 3, author="Oskar", parent="")
    assert uploads.plan_of(Upload.objects.get()).threads[0].comments[2].parent is None


def test_a_comment_is_dropped_joined_and_brought_back(desk: Client, upload: Upload) -> None:
    act(desk, upload, "comment", key=key(upload, 3), do="drop")
    assert [author for author, _ in planned(upload)] == ["mo", "Lena B"]
    assert "comment by “Oskar”, dropped by mod" in words(desk.get(page_of(upload)))
    act(desk, upload, "undo", at="20", what="drop")
    act(desk, upload, "comment", key=key(upload, 2), do="merge")
    assert len(planned(upload)) == 2
    assert "joined to the one before it, by mod" in words(desk.get(page_of(upload)))
    act(desk, upload, "undo", at="16", what="merge")
    assert len(planned(upload)) == 3


def test_the_page_as_a_whole_is_corrected(desk: Client, upload: Upload) -> None:
    said = {"title": "The mill", "author": "Hanna K", "zone": "Europe/London", "name": "Valley", "key": "valley"}
    assert act(desk, upload, "about", **said).status_code == 302
    thread = uploads.plan_of(Upload.objects.get()).threads[0]
    assert (thread.post.title, thread.post.author) == ("The mill", "Hanna K")
    assert thread.comments[0].moment.instant == "2004-05-04T09:01:00+00:00"
    page = words(desk.get(page_of(upload)))
    assert "Valley (valley)" in page
    assert "title “The mill”; author of the post “Hanna K”; zone “Europe/London”" in page


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"author": "", "parent": ""}, "Somebody wrote it"),
        ({"author": "x" * 151, "parent": ""}, "150"),
        ({"author": "Lena B", "parent": "3"}, "which is not before it"),
        ({"author": "Lena B", "parent": "9"}, "There is no comment 9"),
        ({"author": "Lena B", "parent": "x"}, "Give the number of a comment"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused_and_kept_in_its_form(
    desk: Client, upload: Upload, said: dict[str, str], reason: str
) -> None:
    answer = correct(desk, upload, 2, **said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert reason in page
    assert 'class="fix" open' in page
    told = tree_of(answer).xpath("//*[@role='alert']//a")[0].get("href")
    assert told == "#id_sent_author"
    assert 'id="id_sent_author"' in page
    assert corrections.parse(Upload.objects.get().corrections).fixes == ()


def test_the_first_comment_is_joined_to_nothing(desk: Client, upload: Upload) -> None:
    answer = act(desk, upload, "comment", key=key(upload, 1), do="merge")
    assert answer.status_code == 422
    assert "no comment before the one at line 12" in answer.content.decode()


def test_two_moderators_at_once_lose_nothing(desk: Client, upload: Upload, root: User, sign_in: SignIn) -> None:
    seen = uploads.stamp(upload)
    correct(sign_in(root), upload, 2, author="Lena Berg")
    form = {"seen": seen, "key": key(upload, 3), "do": "save", "author": "Oskar Matzerath", "parent": ""}
    answer = desk.post(f"/admin/archive/upload/{upload.pk}/comment/", form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody changed these corrections" in page
    assert 'value="Oskar Matzerath"' in page
    assert [author for author, _ in planned(upload)] == ["mo", "Lena Berg", "Oskar"]
    again = re.search(r'name="seen" value="([^"]+)"', page)
    assert again
    assert desk.post(f"/admin/archive/upload/{upload.pk}/comment/", {**form, "seen": again[1]}).status_code == 302
    assert [author for author, _ in planned(upload)] == ["mo", "Lena Berg", "Oskar Matzerath"]


def test_the_toml_of_the_page_does_the_same_on_the_command_line(desk: Client, upload: Upload) -> None:
    correct(desk, upload, 2, author="Lena Berg")
    answer = desk.get(f"/admin/archive/upload/{upload.pk}/toml/")
    assert answer["Content-Disposition"] == 'attachment; filename="mill.toml"'
    said = corrections.parse(answer.content.decode())
    assert (said.fixes[0].author, said.sha256) == ("Lena Berg", upload.sha256)


def test_a_format_that_does_not_fit_is_refused(desk: Client, upload: Upload, monkeypatch: Any) -> None:
    assert act(desk, upload, "about", format="nonsense").status_code == 422
    Upload.objects.update(format="gone")
    page = desk.get(page_of(upload))
    assert page.status_code == 200
    assert "There is no format “gone”" in page.content.decode()


# ── Applying ─────────────────────────────────────────────────────────────────


def test_it_is_applied_with_its_corrections_and_reported(desk: Client, upload: Upload) -> None:
    correct(desk, upload, 2, author="Lena Berg")
    answer = act(desk, upload, "apply")
    run = Run.objects.get()
    assert answer["Location"] == f"/admin/archive/run/{run.pk}/change/"
    assert list(Comment.objects.order_by("position").values_list("person__name", flat=True)) == [
        "mo",
        "Lena Berg",
        "Oskar",
    ]
    assert (run.operator, Upload.objects.get().run) == ("mod", run)
    report = desk.get(answer["Location"]).content.decode()
    assert "Created: 1 post, 3 comments, 4 persons." in report
    assert Post.objects.get().get_absolute_url() in report
    assert Action.objects.get(verb="import").before == {"run": run.pk, "file": "mill.txt"}
    assert run.file_name in desk.get("/admin/moderation/action/").content.decode()
    thread = Client().get(Post.objects.get().get_absolute_url()).content.decode()
    assert "Lena Berg" in thread


def test_the_button_pressed_twice_applies_once(desk: Client, upload: Upload) -> None:
    seen = uploads.stamp(upload)
    first = act(desk, upload, "apply")
    second = desk.post(f"/admin/archive/upload/{upload.pk}/apply/", {"seen": seen}, follow=True)
    assert second.redirect_chain[-1][0] == first["Location"]
    assert "applied already" in second.content.decode()
    assert (Post.objects.count(), Run.objects.count()) == (1, 1)
    assert Action.objects.filter(verb="import").count() == 1
    page = desk.get(page_of(upload)).content.decode()
    assert "This file was applied." in page
    assert "Apply it" not in page
    assert correct(desk, upload, 2, author="Lena Berg").status_code == 409


def test_what_was_not_seen_is_not_applied(desk: Client, upload: Upload) -> None:
    seen = uploads.stamp(upload)
    correct(desk, upload, 2, author="Lena Berg")
    answer = desk.post(f"/admin/archive/upload/{upload.pk}/apply/", {"seen": seen})
    assert answer.status_code == 409
    assert Post.objects.count() == 0


def test_what_cannot_be_applied_says_why_and_keeps_the_corrections(desk: Client, upload: Upload) -> None:
    act(desk, upload, "apply")
    bring(desk, AFTER, called="copy.txt", name="Another source")
    other = Upload.objects.exclude(pk=upload.pk).get()
    answer = act(desk, other, "apply")
    assert answer.status_code == 422
    assert "imported before" in answer.content.decode()
    assert "another-source" in Upload.objects.get(pk=other.pk).corrections


def test_a_file_with_very_many_comments_is_for_the_command_line(desk: Client, upload: Upload, monkeypatch: Any) -> None:
    monkeypatch.setattr(uploads, "MOST_COMMENTS", 2)
    page = desk.get(page_of(upload)).content.decode()
    assert "import_archive" in page
    assert "Apply it" not in page
    answer = act(desk, upload, "apply")
    assert answer.status_code == 422
    assert "at most 2 are applied here" in answer.content.decode()
    assert Post.objects.count() == 0


@pytest.mark.parametrize(
    "called", ["$(echo x).txt", "`echo x`.txt", 'x"; echo "x.txt', "x'$HOME.txt", "a b.txt", "--help.txt"]
)
def test_a_shell_runs_nothing_of_what_a_file_is_called(called: str) -> None:
    command = uploads.command_of(Upload(file_name=called)).removeprefix("python ")
    told = subprocess.run(["sh", "-c", f"printf '%s\\n' {command}"], capture_output=True, text=True, check=True).stdout
    file = f"./{called}" if called.startswith("-") else called
    beside = file.replace(".txt", ".toml")
    assert told.splitlines() == ["manage.py", "import_archive", file, "--corrections", beside, "--commit"]


def test_an_upload_is_thrown_away(desk: Client, upload: Upload) -> None:
    answer = desk.post(f"/admin/archive/upload/{upload.pk}/throw-away/", follow=True)
    assert "was thrown away" in answer.content.decode()
    assert "Nothing was brought yet" in answer.content.decode()
    assert not Upload.objects.exists()
    assert desk.get(page_of(upload)).status_code == 404


# ── Rolling back ─────────────────────────────────────────────────────────────


@pytest.fixture
def run(desk: Client, upload: Upload) -> Run:
    act(desk, upload, "apply")
    return Run.objects.get()


def road(run: Run) -> str:
    return f"/admin/archive/run/{run.pk}/roll-back/"


def test_what_would_go_is_listed_and_goes_on_demand(desk: Client, run: Run, upload: Upload) -> None:
    asked = words(desk.get(road(run)))
    assert "removes 1 post and 3 comments" in asked
    assert "nobody has answered, edited, quoted" in asked
    assert Post.objects.count() == 1
    answer = desk.post(road(run), follow=True)
    assert "Removed: 1 post, 3 comments, 4 persons of whom nothing is left." in answer.content.decode()
    assert (Post.objects.count(), Comment.objects.count()) == (0, 0)
    assert "rolled back by mod" in answer.content.decode()
    assert "it was rolled back" in answer.content.decode()
    assert Action.objects.get(verb="roll_back").before["run"] == run.pk
    assert desk.get("/admin/moderation/action/").status_code == 200
    assert desk.post(road(run), follow=True).status_code == 200
    assert Action.objects.filter(verb="roll_back").count() == 1


def test_what_somebody_answered_stays_and_says_why(desk: Client, run: Run, ben: User) -> None:
    post = Post.objects.get()
    parent = Comment.objects.get(person__name="Lena B")
    add_comment(post=post, author=ben, body="I swam there too.", parent=parent, token=token())
    asked = words(desk.get(road(run)))
    assert "comment by Lena B somebody answered it" in asked
    assert "removes 0 posts and 2 comments" in asked
    desk.post(road(run))
    assert list(Comment.objects.filter(archived=True).values_list("person__name", flat=True)) == ["Lena B"]


def test_what_was_rolled_back_is_corrected_and_applied_again(desk: Client, run: Run, upload: Upload) -> None:
    desk.post(road(run))
    assert "It can be applied again." in words(desk.get(page_of(upload)))
    assert correct(desk, upload, 2, author="Lena Berg").status_code == 302
    act(desk, upload, "apply")
    assert Comment.objects.filter(person__name="Lena Berg").exists()
    assert Upload.objects.get().run != run


def test_only_those_who_may_import_roll_back(run: Run, ann: User, sign_in: SignIn) -> None:
    half = User.objects.create_user("half", "half@example.org", "x", is_staff=True)
    for codename in ("moderate", "view_run"):
        half.user_permissions.add(Permission.objects.get(codename=codename))
    for who, status in ((Client(), 302), (sign_in(ann), 302), (sign_in(half), 403)):
        assert who.get(road(run)).status_code == status
        assert who.post(road(run)).status_code == status
        assert who.get(f"/admin/archive/run/{run.pk}/file/").status_code == status
    assert "Roll back" not in sign_in(half).get(f"/admin/archive/run/{run.pk}/change/").content.decode()
    assert Post.objects.count() == 1


def test_an_import_and_its_rolling_back_are_not_undone_in_the_record(desk: Client, run: Run, mod: User) -> None:
    made = Action.objects.get(verb="import")
    with pytest.raises(Conflict, match="Roll the import back on its own page"):
        undoing.undo(action=made, by=mod)


def test_the_page_of_an_import_has_its_report_and_its_file(desk: Client, run: Run) -> None:
    Run.objects.update(options={"quotations": [{"lines": [3, 5], "source": None}, {"lines": [7, 8], "source": "CNN"}]})
    page = words(desk.get(f"/admin/archive/run/{run.pk}/change/"))
    assert "quotations: lines [3, 5] quotations: lines [7, 8], source CNN" in page
    assert "zone not stated" in page
    assert "The mill by the river , 3 comments" in page
    answer = desk.get(f"/admin/archive/run/{run.pk}/file/")
    assert answer.content.decode() == AFTER
    assert answer["Content-Disposition"].startswith("attachment")
    assert desk.get(f"/admin/archive/item/?run__id__exact={run.pk}").status_code == 200
    listed = desk.get("/admin/archive/run/").content.decode()
    assert "mill.txt" in listed
    assert f'href="{ADD}">Import a page' in listed
    assert "No import is here" in desk.get("/admin/archive/run/?q=nothing").content.decode()


def test_the_record_leads_from_an_import_to_its_rolling_back_and_from_there_to_its_upload(
    desk: Client, run: Run, upload: Upload
) -> None:
    made = Action.objects.get(verb="import")
    assert way_back(desk, made) == ("Roll back", road(run))
    desk.post(road(run))
    back = Action.objects.get(verb="roll_back")
    assert way_back(desk, back) == ("Apply it again", page_of(upload))
    assert way_back(desk, made) == "This import was rolled back already."
    act(desk, upload, "apply")
    assert "The file was applied again since" in way_back(desk, back)
    again = Action.objects.filter(verb="import").latest("pk")
    assert way_back(desk, again) == ("Roll back", road(Run.objects.latest("pk")))
    Action.objects.filter(pk=again.pk).update(before={"run": 0, "file": "mill.txt"})
    assert way_back(desk, again) == "The record of this import is no longer here."


def test_the_record_leads_nobody_to_an_import_who_may_not_import(
    desk: Client, run: Run, ann: User, sign_in: SignIn
) -> None:
    User.objects.filter(pk=ann.pk).update(is_staff=True)
    ann.user_permissions.set(Permission.objects.filter(codename__in=["moderate", "view_action", "view_run"]))
    assert way_back(sign_in(ann), Action.objects.get(verb="import")) == MAY_NOT
    desk.post(road(run))
    assert way_back(sign_in(ann), Action.objects.get(verb="roll_back")) == MAY_NOT


MAY_NOT = "Only moderators who may import can do this."


def way_back(desk: Client, action: Action) -> tuple[str, str] | str:
    """The button on the page of a decision, or why there is none; the first page says the same."""
    page = tree_of(desk.get(f"/admin/moderation/action/{action.pk}/change/"))
    button = [(link.text_content(), link.get("href")) for link in select(page, ".decide a")]
    rows = select(tree_of(desk.get("/admin/")), ".decisions tbody tr")
    [row] = [row for row in rows if f"/action/{action.pk}/" in next(row.iterlinks())[2]]
    *_, (link, _, href, _) = row.iterlinks()
    listed = (link.text_content(), href)
    if button:
        assert listed == button[0]
        return button[0]
    assert listed == ("why not", f"/admin/moderation/action/{action.pk}/change/")
    return str(select(page, ".decide")[0].text_content())


def test_the_first_page_costs_the_same_with_more_imports(desk: Client, run: Run, doubling: Any) -> None:
    def more() -> None:
        for verb in ("import", "roll_back"):
            Action.objects.create(verb=verb, before={"run": run.pk, "file": run.file_name})

    more()
    doubling(lambda: desk.get("/admin/"), more, at_most=16)
