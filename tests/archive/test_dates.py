"""Printed dates keep their words; nothing is concluded that the page does not say."""

from datetime import UTC, datetime, timedelta

import pytest

from forum.archive import dates
from forum.archive.items import Moment
from forum.archive.limits import Refused
from forum.archive.readers import html_dates


def moment(line: str) -> Moment:
    found = dates.find(line)
    assert found is not None
    return dates.moment(found, months_first=dates.month_first([found]))


@pytest.mark.parametrize(
    ("line", "local", "precision"),
    [
        ("March 22, 2007 at 7:01 PM", "2007-03-22T19:01:00", "minute"),
        ("March 23, 2007 at 12:02 AM", "2007-03-23T00:02:00", "minute"),
        ("posted at 12:54 pm on March 22, 2007 by A", "2007-03-22T12:54:00", "minute"),
        ("Thursday, Mar. 22nd, 2007, 7.01", "2007-03-22", "day"),
        ("22 March 2007 19:01:05", "2007-03-22T19:01:05", "second"),
        ("2007-03-22 19:01", "2007-03-22T19:01:00", "minute"),
        ("07.15.12 at 11:59", "2012-07-15T11:59:00", "minute"),
        ("15/07/2012", "2012-07-15", "day"),
    ],
)
def test_what_is_printed_is_read(line: str, local: str, precision: str) -> None:
    found = moment(line)
    assert (found.local, found.precision, found.instant) == (local, precision, "")


@pytest.mark.parametrize("line", ["03-04-2004", "30 February 2007", "March 3, 1931", "May 1, 2999 at 7:00"])
def test_a_date_that_is_none_or_could_be_two_keeps_only_its_words(line: str) -> None:
    assert moment(line) == Moment(printed=line)


@pytest.mark.parametrize("hours", [25, 24 * 40])
def test_no_machine_tells_of_a_moment_that_is_still_to_come(hours: int) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)
    for stamp in (at.isoformat(), f"{at:%Y-%m-%dT%H:%M:%S}", str(int(at.timestamp())), str(int(at.timestamp()) * 1000)):
        assert html_dates.with_stamp(Moment("soon"), stamp) == Moment("soon")
    then = at - timedelta(hours=hours + 1)
    for stamp in (then.isoformat(), str(int(then.timestamp()))):
        assert html_dates.with_stamp(Moment(), stamp).instant == then.isoformat()


@pytest.mark.parametrize(
    "stamp", ["9999999999", "9999999999999", "2999-01-01", "9999-12-31T23:59:59-12:00", "100000000"]
)
def test_a_stamp_far_from_now_says_nothing(stamp: str) -> None:
    assert html_dates.with_stamp(Moment("a day"), stamp) == Moment("a day")


def test_one_date_of_the_file_tells_the_order_of_all() -> None:
    found = [date for line in ("03-04-2004", "03-25-2004") if (date := dates.find(line))]
    assert dates.moment(found[0], months_first=dates.month_first(found)).local == "2004-03-04"


def test_a_zone_that_is_printed_gives_an_instant() -> None:
    found = moment("Aug 9, 2012 9:29 AM EDT")
    assert (found.zone, found.instant) == ("EDT", "2012-08-09T13:29:00+00:00")


def test_a_zone_that_the_operator_names_gives_an_instant_by_its_rules() -> None:
    found, doubt = dates.place(moment("March 22, 2007 at 7:01 PM"), "America/New_York")
    assert (found.instant, doubt) == ("2007-03-22T23:01:00+00:00", "")


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("March 11, 2007 at 2:30 AM", "falls in an hour that the clock skips"),
        ("November 4, 2007 at 1:30 AM", "falls in an hour that occurs twice"),
    ],
)
def test_an_hour_that_is_skipped_or_doubled_is_told(line: str, doubt: str) -> None:
    found, told = dates.place(moment(line), "America/New_York")
    assert (found.instant, told) == ("", doubt)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(Refused, match="Hotair/Time"):
        dates.place(moment("March 22, 2007 at 7:01 PM"), "Hotair/Time")


@pytest.mark.parametrize("line", ["no date", "in May", "May 2007", "version 1.2.3.4", "12:30"])
def test_what_is_no_date_is_not_found(line: str) -> None:
    assert dates.find(line) is None
