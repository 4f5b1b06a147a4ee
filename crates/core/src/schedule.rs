//! When a job is to start: cron expressions and intervals in a time zone, and what is due after time has passed, jumped
//! or stood still. No clock is read here: every question carries its `now`.
//!
//! Rules for the two days on which clocks are changed:
//! - Hours that are named (`30 2 * * *`): a start in the hour that is left out happens at its end; one in the hour that
//!   comes twice happens the first time only.
//! - Hours that are not named (`*/15 * * * *`): the clock's jumps change nothing for those who count minutes, so starts go
//!   on through both halves of the doubled hour, and the hour that does not exist has none.
//! - Intervals count from the epoch and know no time zone.

use chrono::{
    DateTime, LocalResult, NaiveDateTime, Offset as _, TimeDelta, TimeZone as _, Timelike as _, Utc,
};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds};

/// A start that is later than this after its time is told as caught up.
pub const PUNCTUAL: TimeDelta = TimeDelta::minutes(2);
/// A last start further ahead of `now` than this comes from a clock that was wrong then, not from one that was set back.
const MOST_SET_BACK: TimeDelta = TimeDelta::hours(24);
/// No zone's clock has been changed by more in one step, but for moves across the date line.
const MOST_SHIFTED: TimeDelta = TimeDelta::hours(3);

/// A text that is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Not five fields of cron.
    #[error("`{0}` is no cron expression of five fields: {1}")]
    Cron(String, String),
    /// Not a number with `s`, `m`, `h` or `d`, or out of bounds.
    #[error("`{0}` is no interval from 10s to 366d")]
    Interval(String),
    /// Not a name of the IANA list.
    #[error("`{0}` is no time zone")]
    Zone(String),
}

/// When a job is to start.
#[derive(Clone, Debug)]
pub struct Schedule {
    timing: Timing,
    zone: Tz,
    text: String,
}

#[derive(Clone, Debug)]
enum Timing {
    Cron { cron: Box<Cron>, names_hours: bool },
    Every(TimeDelta),
}

impl Schedule {
    /// A schedule as it is written in the settings: cron when it has several parts, else an interval.
    ///
    /// # Errors
    /// A text that is neither.
    pub fn read(text: &str, zone: &str) -> Result<Self, ScheduleError> {
        if text.split_whitespace().count() > 1 {
            Self::cron(text, zone)
        } else {
            Self::every(text, zone)
        }
    }

    /// A schedule by cron: minute, hour, day of the month, month, day of the week; local time in `zone` (IANA).
    ///
    /// # Errors
    /// A text that is none.
    pub fn cron(expression: &str, zone: &str) -> Result<Self, ScheduleError> {
        let text = expression.split_whitespace().collect::<Vec<_>>().join(" ");
        let wrong = |why: String| ScheduleError::Cron(text.clone(), why);
        let fields: Vec<&str> = text.split(' ').collect();
        let [_, hours, ..] = fields[..] else { return Err(wrong("five fields".into())) };
        if fields.len() != 5 {
            return Err(wrong(format!("{} fields", fields.len())));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        let cron = parser.parse(&text).map_err(|e| wrong(e.to_string()))?;
        let timing = Timing::Cron { cron: Box::new(cron), names_hours: !hours.starts_with('*') };
        let schedule = Self { timing, zone: parse_zone(zone)?, text: text.clone() };
        // `0 0 30 2 *` parses and never comes.
        let any_time = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        if schedule.next_after(any_time).is_none() {
            return Err(wrong("there is no such day".into()));
        }
        Ok(schedule)
    }

    /// A schedule by interval: `90s`, `15m`, `2h`, `1d`. Starts lie on the grid of the interval since the epoch, so that
    /// two programs agree about them.
    ///
    /// # Errors
    /// A text that is none, or an interval under ten seconds or over a year.
    pub fn every(interval: &str, zone: &str) -> Result<Self, ScheduleError> {
        let wrong = || ScheduleError::Interval(interval.to_owned());
        let text = interval.trim();
        let unit = text.chars().last().ok_or_else(wrong)?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let number: i64 = text.strip_suffix(unit).unwrap_or("").parse().map_err(|_| wrong())?;
        let length = number.checked_mul(seconds).filter(|s| (10..=366 * 86_400).contains(s));
        let every = TimeDelta::seconds(length.ok_or_else(wrong)?);
        Ok(Self { timing: Timing::Every(every), zone: parse_zone(zone)?, text: text.to_owned() })
    }

    /// The expression or interval as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The expression in five fields, when it is one.
    pub fn as_cron(&self) -> Option<&str> {
        matches!(self.timing, Timing::Cron { .. }).then_some(&*self.text)
    }

    /// The time zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The first start after `t`; `None` when there is none in this age.
    pub fn next_after(&self, t: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.timing {
            Timing::Every(every) => {
                let length = every.num_milliseconds();
                let round = t.timestamp_millis().div_euclid(length) + 1;
                DateTime::from_timestamp_millis(round.checked_mul(length)?)
            }
            Timing::Cron { cron, names_hours } => next_by_cron(cron, *names_hours, self.zone, t),
        }
    }

    /// The last start in `(after, until]`.
    fn last_between(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.next_after(after)? > until {
            return None;
        }
        // A schedule of every minute is not walked through from a year ago: the last short stretch with a start will do.
        let stretches = [1, 24, 8 * 24, 32 * 24, 367 * 24].map(TimeDelta::hours);
        let begins = stretches.into_iter().map(|long| (until - long).max(after));
        let mut last = begins
            .chain([after])
            .find_map(|begin| self.next_after(begin).filter(|start| *start <= until))?;
        while let Some(next) = self.next_after(last).filter(|next| *next <= until) {
            last = next;
        }
        Some(last)
    }
}

fn parse_zone(name: &str) -> Result<Tz, ScheduleError> {
    name.parse().map_err(|_| ScheduleError::Zone(name.to_owned()))
}

/// The expression is walked through in wall-clock times without a zone; each is then put on the line of time.
fn next_by_cron(
    cron: &Cron,
    names_hours: bool,
    zone: Tz,
    t: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let offset = |t: DateTime<Utc>| zone.offset_from_utc_datetime(&t.naive_utc()).fix();
    let is_near_change = [t - MOST_SHIFTED, t + MOST_SHIFTED].map(offset) != [offset(t); 2];
    let local = t.with_timezone(&zone).naive_local().with_nanosecond(0)?;
    // Around a change of clocks an earlier wall-clock time may stand for a later instant.
    let begin = if is_near_change { local - MOST_SHIFTED } else { local };
    let mut best: Option<DateTime<Utc>> = None;
    for wall in cron.iter_from(begin.and_utc(), croner::Direction::Forward) {
        let (first, second) = instants(zone, wall.naive_utc(), names_hours)?;
        // First instants never go back from one wall time to the next: nothing better comes after this.
        if best.is_some_and(|best| first.is_some_and(|first| first >= best)) {
            break;
        }
        let later = [first, second].into_iter().flatten().filter(|i| *i > t);
        best = best.into_iter().chain(later).min();
    }
    best
}

/// The instants of a wall-clock time; `None` beyond what times can express.
#[expect(clippy::type_complexity, reason = "two instants at most")]
fn instants(
    zone: Tz,
    wall: NaiveDateTime,
    names_hours: bool,
) -> Option<(Option<DateTime<Utc>>, Option<DateTime<Utc>>)> {
    let utc = |t: DateTime<Tz>| t.with_timezone(&Utc);
    Some(match zone.from_local_datetime(&wall) {
        LocalResult::Single(t) => (Some(utc(t)), None),
        LocalResult::Ambiguous(first, _) if names_hours => (Some(utc(first)), None),
        LocalResult::Ambiguous(first, second) => (Some(utc(first)), Some(utc(second))),
        LocalResult::None if names_hours => (Some(end_of_gap(zone, wall)?), None),
        LocalResult::None => (None, None),
    })
}

/// The first instant after a wall-clock time that does not exist.
fn end_of_gap(zone: Tz, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
    let minutes = MOST_SHIFTED.num_minutes();
    let whole = wall.with_second(0)?;
    (1..=minutes)
        .filter_map(|m| zone.from_local_datetime(&(whole + TimeDelta::minutes(m))).earliest())
        .next()
        .map(|t| t.with_timezone(&Utc))
}

/// A schedule with the time of its last start (or of when it was first seen).
#[derive(Clone, Copy, Debug)]
pub struct Marked<'a> {
    /// The schedule.
    pub schedule: &'a Schedule,
    /// Everything up to here has been started; `None`: never seen before.
    pub mark: Option<DateTime<Utc>>,
    /// How much its mode covers: 0 is the whole, greater is less. Of starts that are due together the one that covers
    /// most is made.
    pub rank: usize,
}

/// What is to be done about a job's schedules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The new mark of each schedule, in their order.
    pub marks: Vec<DateTime<Utc>>,
    /// The one start to be made now.
    pub start: Option<Start>,
}

/// A start that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Which of the schedules.
    pub schedule: usize,
    /// When it was to be.
    pub planned: DateTime<Utc>,
    /// Whether its time had passed (the machine slept, Kontor was closed).
    pub is_late: bool,
}

/// What is due now: at most one start for all schedules of a job, however many were missed. A clock that was set back by
/// up to a day starts nothing twice.
pub fn look(schedules: &[Marked<'_>], now: DateTime<Utc>) -> Look {
    let mut look = Look { marks: Vec::with_capacity(schedules.len()), start: None };
    let mut best_rank = usize::MAX;
    for (place, marked) in schedules.iter().enumerate() {
        let Some(mark) = marked.mark.filter(|mark| *mark <= now + MOST_SET_BACK) else {
            look.marks.push(now);
            continue;
        };
        let planned = marked.schedule.last_between(mark, now);
        look.marks.push(planned.unwrap_or(mark));
        if let Some(planned) = planned.filter(|_| marked.rank < best_rank) {
            best_rank = marked.rank;
            let is_late = now - planned > PUNCTUAL;
            look.start = Some(Start { schedule: place, planned, is_late });
        }
    }
    look
}

/// The first time after `now` at which one of the schedules is due: schedule and time.
pub fn next<'a>(
    schedules: impl IntoIterator<Item = &'a Schedule>,
    now: DateTime<Utc>,
) -> Option<(usize, DateTime<Utc>)> {
    let places = schedules.into_iter().enumerate();
    places.filter_map(|(place, s)| Some((place, s.next_after(now)?))).min_by_key(|(_, at)| *at)
}
