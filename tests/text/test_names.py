"""Two names that look alike are one name, and nobody is called what the site is called."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from forum.text import names
from forum.text.names import MAX_LENGTH, clean, skeleton, validate


@pytest.mark.parametrize(
    "name",
    [
        "Ann",
        "ann_b",
        "José",
        "Nguyễn",
        "Жанна",
        "Ελένη",
        "日本かな",
        "김철수",
        "हिन्दी",
        "محمد",
        "driller7",
        "o'neil",
        "J-Paul",
        "タロウ",
        "エミ_リー",
        "山口カオリ",
        "へいわ",
        "علی",
        "كمال",
        "کامران۲۰",
        "مريم٧",
        "פֿײגע",
        "Φίλιππος",
        "Фёдор",
        "Ɛdem",
        "आशा",
        "আকাশ",
        "தமிழ்",
        "తెలుగు",
        "ಕನ್ನಡ",
        "แพรวา",
        "คำแก้ว",
        "ຄຳແພງ",
        "ໝອກ",
        "မြတ်နိုး",
        "ཚེརིང",
        "အောင်၂",
    ],
)
def test_an_ordinary_name_is_accepted(name: str) -> None:
    validate(clean(name))


@pytest.mark.parametrize(
    "name",
    [
        "adm\u0456n", "ADMIN", "admin\u200b", "admin ", "ａｄｍｉｎ", "аdmin", "ad\u0307min", "admin7", "a-d-m-i-n",
        "Moderator", "rnoderator", "moderat0r", "staff", "api", "Rejoinder", "\u202enimda", "\u2066ann", "ann\u200f",
        "a\x00b", "a\nb", "ann\n", "a", "x" * 31, "", "..", ".ann", "ann-", "a--b", "a b", "a@b", "a/b", "<b>", "ǀbob",
        "ᴄᴀᴛ", "ʜᴀɴs", "ɪan", "ᴦᴨ", "ᴫᴫ", "محمـد", "ann৪", "௧nn", "ann۵", "محمد௧",
        "𝐚nn", "ﬁn", "Ꭺnn", "ᎠᎡᎢ", "a\u0301\u0302\u0303nn", "กิิิิิ", "ann😀", "a\ud800", "\ufeffann", "Annа", "Αnn", "x\u3164",
    ],
)  # fmt: skip
def test_a_deceiving_name_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        validate(name)
    assert refusal.value.messages[0].endswith(".")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann", "ANN"), ("admin", "adm\u0456n"), ("apple", "аррӏе"), ("modern", "rnodern"), ("Alan", "AIan"),
        ("Alan", "A1an"), ("Bob", "B0b"), ("BOB", "ВОВ"), ("José", "Jose"), ("José", "Jose\u0301"), ("ann_b", "ann.b"),
        ("www", "vvvvvv"), ("straße", "STRASSE"), ("ann", "ａｎｎ"), ("İvan", "ivan"), ("ıvan", "ivan"), ("νο", "vo"),
        ("ann", "an\u200bn"), ("٣ab", "3ab"),
        ("タロ", "夕口"), ("カエ", "力工"), ("ニト", "二卜"), ("ハー", "八一"), ("へいわ", "ヘいわ"), ("ベル", "べル"),
        ("ドメ", "卜\u3099乂"), ("オチ", "才千"), ("ノヌ", "丿又"), ("ロク", "囗ク"), ("ㄧㄚ", "一丫"),
        ("黑田", "黒田"), ("曰本", "日本"), ("علی", "علي"), ("علی", "على"), ("کمال", "كمال"), ("ڪمال", "كمال"),
        ("ہما", "هما"), ("ϕίλος", "φίλος"), ("φοφ", "ɸoɸ"), ("ФОФ", "ΦΟΦ"), ("ΠΑΠ", "ПАП"), ("ΛΑ", "ЛА"),
        ("ײד", "ייד"), ("आशा", "अाशा"), ("ஆ௧", "ஆக"), ("ကိုဝ", "ကို၀"), ("แดง", "เเดง"), ("ಜಯ", "జయ"),
        ("คำแก้ว", "ค\u0e4dาแก้ว"), ("ໝອກ", "ຫມອກ"),
    ],
)  # fmt: skip
def test_names_alike_to_the_eye_share_a_key(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann", "Anna"), ("김철수", "김철순"), ("हिन्दी", "हन्द"), ("漢", "字"), ("bob", "dod"), ("タロ", "ダロ"), ("はな", "ハナ"),
        ("علی", "علم"), ("کمال", "جمال"), ("Филя", "Филе"), ("ปลา", "ปลๆ"), ("山口", "山田"),
    ],
)  # fmt: skip
def test_names_that_differ_keep_their_own_keys(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_what_a_letter_counts_as_counts_as_nothing_else() -> None:
    assert all(skeleton(counts) == counts for counts in map(skeleton, "".join(names._ALIKE)))


def test_the_sites_own_name_can_be_kept_too() -> None:
    validate("HotTalk")
    with pytest.raises(ValidationError, match="kept for the site"):
        validate("Hot-TaIk", reserved=["HotTalk"])


@given(st.text(max_size=40))
def test_no_name_fails_and_a_good_one_has_a_short_key(name: str) -> None:
    key = skeleton(clean(name))
    try:
        validate(clean(name))
    except ValidationError:
        return
    assert 0 < len(key) <= 3 * MAX_LENGTH
    assert skeleton(clean(name).upper()) == skeleton(clean(name).lower())
