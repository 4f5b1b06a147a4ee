//! Starts of jobs through a year of Europe/Berlin, and after clocks and machines misbehaved.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kontor_core::schedule::{Look, Marked, Schedule, Start, look, next};

const BERLIN: &str = "Europe/Berlin";

fn cron(expression: &str) -> Schedule {
    Schedule::cron(expression, BERLIN).expect(expression)
}

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect(text).with_timezone(&Utc)
}

/// Every start in `[from, to)`.
fn starts(schedule: &Schedule, from: &str, to: &str) -> Vec<DateTime<Utc>> {
    let (mut at, end) = (utc(from) - TimeDelta::milliseconds(1), utc(to));
    let mut found = Vec::new();
    while let Some(start) = schedule.next_after(at).filter(|start| *start < end) {
        found.push(start);
        at = start;
    }
    found
}

/// A year from the night after one autumn's change, over the spring's, to the night after the next autumn's.
const YEAR: (&str, &str) = ("2026-10-31T23:00:00Z", "2027-10-31T23:00:00Z");

#[test]
fn nine_oclock_comes_once_a_day_and_is_nine_oclock_in_summer_and_winter() {
    let starts = starts(&cron("0 9 * * *"), YEAR.0, YEAR.1);
    let days =
        (0..365).map(|n| NaiveDate::from_ymd_opt(2026, 11, 1).expect("day") + TimeDelta::days(n));
    // Summer time from 2027-03-28 to 2027-10-30, by the calendar and not by the library.
    let summer = |day: NaiveDate| {
        (NaiveDate::from_ymd_opt(2027, 3, 28)..NaiveDate::from_ymd_opt(2027, 10, 31))
            .contains(&Some(day))
    };
    let expected: Vec<DateTime<Utc>> = days
        .map(|day| day.and_hms_opt(if summer(day) { 7 } else { 8 }, 0, 0).expect("time").and_utc())
        .collect();
    assert_eq!(starts, expected);
}

#[test]
fn every_quarter_of_an_hour_comes_every_quarter_of_an_hour_all_the_year() {
    let starts = starts(&cron("*/15 * * * *"), YEAR.0, YEAR.1);
    let begin = utc(YEAR.0);
    let expected: Vec<_> = (0..365 * 96).map(|n| begin + TimeDelta::minutes(15 * n)).collect();
    assert_eq!(starts.iter().zip(&expected).find(|(start, expected)| start != expected), None);
    assert_eq!(starts.len(), expected.len());
}

#[test]
fn a_start_in_the_hour_that_is_left_out_happens_at_its_end() {
    let found = starts(&cron("30 2 * * *"), "2027-03-26T23:00:00Z", "2027-03-29T22:00:00Z");
    let expected = ["2027-03-27T01:30:00Z", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"];
    assert_eq!(found, expected.map(utc));
    let twice_a_day =
        starts(&cron("30 2,14 * * *"), "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z");
    assert_eq!(twice_a_day, ["2027-03-28T01:00:00Z", "2027-03-28T12:30:00Z"].map(utc));
    let on_its_edge = starts(&cron("0 2,3 * * *"), "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z");
    assert_eq!(on_its_edge, ["2027-03-28T01:00:00Z"].map(utc), "two wall times, one instant");
}

#[test]
fn a_start_in_the_hour_that_comes_twice_happens_once() {
    for expression in ["30 2 * * *", "30 2,14 * * *"] {
        let found = starts(&cron(expression), "2026-10-24T22:00:00Z", "2026-10-25T12:00:00Z");
        assert_eq!(found, [utc("2026-10-25T00:30:00Z")], "{expression}");
    }
    let half_hours = starts(&cron("*/30 * * * *"), "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z");
    let expected =
        ["00:00", "00:30", "01:00", "01:30"].map(|t| utc(&format!("2026-10-25T{t}:00Z")));
    assert_eq!(half_hours, expected, "those who count minutes go on through both halves");
}

#[test]
fn days_of_the_week_and_months_are_local_ones() {
    let found = starts(&cron("15 0 * * MON-FRI"), "2026-11-26T23:00:00Z", "2026-12-01T23:00:00Z");
    let expected = ["2026-11-26T23:15:00Z", "2026-11-29T23:15:00Z", "2026-11-30T23:15:00Z"];
    assert_eq!(found, expected.map(utc));
    let leap = starts(&cron("0 12 29 2 *"), "2026-11-01T00:00:00Z", "2033-01-01T00:00:00Z");
    assert_eq!(leap, ["2028-02-29T11:00:00Z", "2032-02-29T11:00:00Z"].map(utc));
}

#[test]
fn intervals_lie_on_one_grid_for_everybody() {
    let schedule = Schedule::every("90m", BERLIN).expect("interval");
    let found = starts(&schedule, "2026-10-25T00:00:00Z", "2026-10-25T05:00:00Z");
    assert_eq!(
        found,
        [
            "2026-10-25T00:00:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T03:00:00Z",
            "2026-10-25T04:30:00Z"
        ]
        .map(utc)
    );
    for wrong in ["", "m", "5", "5s", "-5m", "400d", "1w", "9999999999999999999h"] {
        assert!(Schedule::every(wrong, BERLIN).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_no_schedule_is_refused() {
    for wrong in
        ["", "0 9 * *", "0 0 9 * * *", "60 9 * * *", "0 9 * * * 2027", "x 9 * * *", "0 0 31 2 *"]
    {
        assert!(Schedule::cron(wrong, BERLIN).is_err(), "{wrong}");
    }
    assert!(Schedule::cron("0 9 * * *", "Europe/Berlinn").is_err());
}

// ---- what is due --------------------------------------------------------------------------------------------------

struct Marks(Vec<(Schedule, usize, Option<DateTime<Utc>>)>);

impl Marks {
    fn orders(mark: Option<&str>) -> Self {
        let mark = mark.map(utc);
        Self(vec![(cron("0 9 * * *"), 0, mark), (cron("*/15 * * * *"), 1, mark)])
    }

    /// Looks, and keeps the marks as the store would.
    fn look(&mut self, now: &str) -> Option<Start> {
        let marked: Vec<Marked<'_>> = self
            .0
            .iter()
            .map(|(schedule, rank, mark)| Marked { schedule, mark: *mark, rank: *rank })
            .collect();
        let Look { marks, start } = look(&marked, utc(now));
        self.0.iter_mut().zip(marks).for_each(|((_, _, mark), to)| *mark = Some(to));
        start
    }
}

#[test]
fn a_schedule_that_is_seen_for_the_first_time_starts_nothing_until_it_is_due() {
    let mut marks = Marks::orders(None);
    assert_eq!(marks.look("2026-11-25T10:07:00Z"), None);
    assert_eq!(marks.look("2026-11-25T10:14:59Z"), None);
    let start = marks.look("2026-11-25T10:15:00Z").expect("due");
    assert_eq!((start.schedule, start.is_late), (1, false));
    assert_eq!(marks.look("2026-11-25T10:15:05Z"), None, "once");
}

#[test]
fn starts_that_are_due_together_are_one_that_covers_most() {
    let mut marks = Marks::orders(Some("2026-11-25T07:50:00Z"));
    let start = marks.look("2026-11-25T08:00:01Z").expect("nine in Berlin");
    assert_eq!((start.schedule, start.planned), (0, utc("2026-11-25T08:00:00Z")));
    assert_eq!(marks.look("2026-11-25T08:00:02Z"), None);
}

#[test]
fn a_machine_that_slept_three_days_makes_up_for_one_start() {
    let mut marks = Marks::orders(Some("2026-11-22T12:00:00Z"));
    let start = marks.look("2026-11-25T12:07:00Z").expect("caught up");
    let expected = Start { schedule: 0, planned: utc("2026-11-25T08:00:00Z"), is_late: true };
    assert_eq!(start, expected);
    assert_eq!(marks.look("2026-11-25T12:07:05Z"), None);
    assert_eq!(marks.look("2026-11-25T12:15:00Z").map(|s| s.is_late), Some(false), "and goes on");
}

#[test]
fn a_year_away_is_one_start_too() {
    let mut marks = Marks(vec![(cron("* * * * *"), 0, Some(utc("2025-11-25T12:00:00Z")))]);
    let start = marks.look("2026-11-25T12:00:30Z").expect("due");
    assert_eq!(start.planned, utc("2026-11-25T12:00:00Z"));
    let mut rare = Marks(vec![(cron("0 12 24 12 *"), 0, Some(utc("2023-01-01T00:00:00Z")))]);
    let start = rare.look("2026-11-25T12:00:00Z").expect("due");
    assert_eq!(start.planned, utc("2025-12-24T11:00:00Z"), "the last one that was missed");
}

#[test]
fn a_clock_that_is_set_back_an_hour_starts_nothing_twice() {
    let mut marks = Marks::orders(Some("2026-11-25T07:59:00Z"));
    assert!(marks.look("2026-11-25T08:00:10Z").is_some());
    for minute in 0..60 {
        let now = format!("2026-11-25T07:{minute:02}:30Z");
        assert_eq!(marks.look(&now), None, "{now}");
    }
    assert_eq!(marks.look("2026-11-25T08:00:10Z"), None, "nine oclock was");
    assert!(marks.look("2026-11-25T08:15:00Z").is_some());
}

#[test]
fn a_clock_that_was_wrong_by_a_year_does_not_silence_a_job() {
    let mut marks = Marks::orders(Some("2027-11-25T08:00:00Z"));
    assert_eq!(marks.look("2026-11-25T08:10:00Z"), None);
    assert!(marks.look("2026-11-25T08:15:00Z").is_some());
}

#[test]
fn looked_at_every_few_seconds_through_a_year_each_start_is_made_once() {
    let schedules = [cron("0 9 * * *"), cron("*/30 * * * *")];
    let (mut now, end) = (utc(YEAR.0), utc(YEAR.1));
    let mut marks = [now - TimeDelta::seconds(1); 2];
    let mut made: Vec<(usize, DateTime<Utc>)> = Vec::new();
    // Looks are irregular, as they are in life; a prime number of seconds walks through all offsets.
    while now < end {
        let marked: Vec<Marked<'_>> = (0..2)
            .map(|n| Marked { schedule: &schedules[n], mark: Some(marks[n]), rank: n })
            .collect();
        let Look { marks: to, start } = look(&marked, now);
        marks = [to[0], to[1]];
        made.extend(start.map(|s| (s.schedule, s.planned)));
        now += TimeDelta::seconds(613);
    }
    let nines: Vec<_> = made.iter().filter(|(s, _)| *s == 0).map(|(_, at)| *at).collect();
    assert!(nines == starts(&schedules[0], YEAR.0, YEAR.1), "nine o'clock");
    let mut all: Vec<_> = made.iter().map(|(_, at)| *at).collect();
    all.dedup();
    assert!(all == starts(&schedules[1], YEAR.0, YEAR.1), "nine is one of the half hours");
}

#[test]
fn the_next_start_of_several_schedules_is_the_earliest() {
    let schedules = [cron("0 9 * * *"), cron("*/15 * * * *")];
    let now = utc("2026-11-25T07:50:00Z");
    assert_eq!(next(&schedules, now), Some((0, utc("2026-11-25T08:00:00Z"))));
    assert_eq!(next(&schedules[1..], now), Some((0, utc("2026-11-25T08:00:00Z"))));
}
