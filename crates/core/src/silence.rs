//! The silence alarm: no orders for longer than the rhythm of the shop makes plausible. The same hours of the same weekday in
//! the weeks before are the measure; nothing is extrapolated.

use chrono::{DateTime, Days, Duration, LocalResult, TimeZone, Timelike as _, Utc};

/// Weeks that are compared at most.
const WEEKS: u64 = 8;
/// Weeks that must be known for a verdict.
const WEEKS_NEEDED: usize = 4;
/// Orders that each of these windows must have held …
const LEAST: u64 = 2;
/// … and how many they must have held on average.
const AVERAGE: u64 = 5;

/// How the silence is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to wonder about.
    Plausible,
    /// In the same hours there were always orders.
    Implausible,
    /// There is too little to compare with.
    Unknown,
}

/// A silence with what it was compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The end of the last hour with an order; `None` without any order.
    pub since: Option<DateTime<Utc>>,
    /// The last full hour that was looked at.
    pub until: DateTime<Utc>,
    /// Orders in the same hours of the weeks before, newest week first.
    pub compared: Vec<u64>,
    /// The verdict.
    pub verdict: Verdict,
}

/// Judges the silence up to `until`, the last moment at which TEMU was asked for orders. `hours` holds the beginning of each
/// full hour (UTC) in which orders came, with their number; `zone` is where the shop's weekdays are.
pub fn judge<Z: TimeZone>(
    hours: &[(DateTime<Utc>, u64)],
    until: DateTime<Utc>,
    zone: &Z,
) -> Silence {
    let until = full_hour(until);
    let with_orders = || hours.iter().filter(|(_, orders)| *orders > 0).map(|(hour, _)| *hour);
    let (Some(first), Some(last)) = (with_orders().min(), with_orders().max()) else {
        return Silence { since: None, until, compared: Vec::new(), verdict: Verdict::Unknown };
    };
    let since = last + Duration::hours(1);
    let compared: Vec<u64> = (1..=WEEKS)
        .map_while(|weeks| {
            let begin = earlier(since, weeks, zone)?;
            let end = earlier(until, weeks, zone)?;
            (begin >= first).then(|| orders_between(hours, begin, end))
        })
        .collect();
    let verdict = if until <= since {
        Verdict::Plausible
    } else if compared.len() < WEEKS_NEEDED {
        Verdict::Unknown
    } else if is_implausible(&compared) {
        Verdict::Implausible
    } else {
        Verdict::Plausible
    };
    Silence { since: Some(since), until, compared, verdict }
}

fn is_implausible(compared: &[u64]) -> bool {
    let weeks = u64::try_from(compared.len()).unwrap_or(u64::MAX);
    compared.iter().all(|orders| *orders >= LEAST)
        && compared.iter().sum::<u64>() >= weeks.saturating_mul(AVERAGE)
}

fn orders_between(hours: &[(DateTime<Utc>, u64)], begin: DateTime<Utc>, end: DateTime<Utc>) -> u64 {
    hours.iter().filter(|(hour, _)| (begin..end).contains(hour)).map(|(_, orders)| orders).sum()
}

fn full_hour(time: DateTime<Utc>) -> DateTime<Utc> {
    let past = i64::from(time.minute() * 60 + time.second());
    time - Duration::seconds(past) - Duration::nanoseconds(i64::from(time.nanosecond()))
}

/// The same time of the clock so many weeks earlier, also across a change of summer time; a time that the clock skipped is
/// the one after it.
fn earlier<Z: TimeZone>(time: DateTime<Utc>, weeks: u64, zone: &Z) -> Option<DateTime<Utc>> {
    let local = time.with_timezone(zone).naive_local().checked_sub_days(Days::new(weeks * 7))?;
    let found = match zone.from_local_datetime(&local) {
        LocalResult::Single(found) | LocalResult::Ambiguous(found, _) => found,
        LocalResult::None => zone.from_local_datetime(&(local + Duration::hours(1))).earliest()?,
    };
    Some(found.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    /// A Wednesday, 06:00 UTC.
    fn wednesday() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-09-16T06:00:00Z").expect("a time").to_utc()
    }

    fn berlin() -> FixedOffset {
        FixedOffset::east_opt(7_200).expect("an offset")
    }

    /// `per_hour` orders in each hour from 6 to 20 UTC of the weeks before, none since `wednesday`.
    fn busy(weeks: i64, per_hour: u64) -> Vec<(DateTime<Utc>, u64)> {
        let hours = (1..=weeks * 7 * 24).map(|h| wednesday() - Duration::hours(h));
        hours.filter(|hour| (6..20).contains(&hour.hour())).map(|hour| (hour, per_hour)).collect()
    }

    fn verdict(hours: &[(DateTime<Utc>, u64)], silent_hours: i64) -> Verdict {
        judge(hours, wednesday() + Duration::hours(silent_hours), &berlin()).verdict
    }

    #[test]
    fn a_night_without_orders_is_plausible_and_a_working_day_is_not() {
        let hours = busy(9, 3);
        assert_eq!(verdict(&hours, 0), Verdict::Plausible, "the night before");
        assert_eq!(verdict(&hours, 1), Verdict::Plausible, "one hour with three orders");
        assert_eq!(verdict(&hours, 5), Verdict::Implausible);
        let judged = judge(&hours, wednesday() + Duration::hours(5), &berlin());
        assert_eq!(judged.compared, [15; 8]);
    }

    #[test]
    fn a_slow_shop_raises_no_alarm() {
        let one_a_day: Vec<_> = (1..=63)
            .map(|day| (wednesday() + Duration::hours(4) - Duration::days(day), 1))
            .collect();
        assert_eq!(verdict(&one_a_day, 12), Verdict::Plausible);
    }

    #[test]
    fn one_quiet_week_among_the_compared_is_enough_not_to_alarm() {
        let mut hours = busy(9, 3);
        let quiet = wednesday() - Duration::days(14);
        hours.retain(|(hour, _)| !(quiet..quiet + Duration::hours(12)).contains(hour));
        assert_eq!(verdict(&hours, 5), Verdict::Plausible);
    }

    #[test]
    fn with_less_than_four_weeks_or_without_any_order_nothing_is_concluded() {
        assert_eq!(verdict(&busy(3, 9), 8), Verdict::Unknown);
        assert_eq!(verdict(&[], 8), Verdict::Unknown);
    }

    #[test]
    fn a_silence_of_weeks_is_still_implausible() {
        assert_eq!(verdict(&busy(9, 3), 24 * 16), Verdict::Implausible);
    }
}
