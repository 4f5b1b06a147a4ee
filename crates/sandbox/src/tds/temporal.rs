//! Dates and times between the wire and `chrono`.

use super::wire::{Malformed, Reader};
use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

const BAD_DATE: Malformed = Malformed("a date outside the calendar");

/// Day 0 of DATE, DATETIME2 and DATETIMEOFFSET.
fn year_one() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default()
}

/// Day 0 of DATETIME and SMALLDATETIME.
fn year_1900() -> NaiveDate {
    NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default()
}

/// Bytes that a time of `scale` digits takes (MS-TDS 2.2.5.5.1.8).
pub(crate) fn time_length(scale: u8) -> usize {
    match scale {
        0..=2 => 3,
        3 | 4 => 4,
        _ => 5,
    }
}

fn add_days(epoch: NaiveDate, days: i64) -> Result<NaiveDate, Malformed> {
    Duration::try_days(days).and_then(|days| epoch.checked_add_signed(days)).ok_or(BAD_DATE)
}

fn nanos_to_time(nanos: u64) -> Result<NaiveTime, Malformed> {
    let seconds = u32::try_from(nanos / 1_000_000_000).map_err(|_| BAD_DATE)?;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, (nanos % 1_000_000_000) as u32)
        .ok_or(BAD_DATE)
}

pub(crate) fn read_date(reader: &mut Reader<'_>) -> Result<NaiveDate, Malformed> {
    let bytes = reader.take(3)?;
    add_days(year_one(), i64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0])))
}

pub(crate) fn read_time(reader: &mut Reader<'_>, scale: u8) -> Result<NaiveTime, Malformed> {
    if scale > 7 {
        return Err(Malformed("a time with more than seven digits"));
    }
    let mut raw = [0u8; 8];
    let length = time_length(scale);
    raw[..length].copy_from_slice(reader.take(length)?);
    let step = 10u64.pow(u32::from(9 - scale));
    nanos_to_time(u64::from_le_bytes(raw).checked_mul(step).ok_or(BAD_DATE)?)
}

/// DATETIME: days since 1900 and three-hundredths of a second.
pub(crate) fn read_datetime(reader: &mut Reader<'_>) -> Result<NaiveDateTime, Malformed> {
    let date = add_days(year_1900(), i64::from(reader.u32()? as i32))?;
    let ticks = u64::from(reader.u32()?);
    Ok(date.and_time(nanos_to_time(ticks * 1_000_000_000 / 300)?))
}

/// SMALLDATETIME: days since 1900 and minutes.
pub(crate) fn read_small_datetime(reader: &mut Reader<'_>) -> Result<NaiveDateTime, Malformed> {
    let date = add_days(year_1900(), i64::from(reader.u16()?))?;
    Ok(date.and_time(nanos_to_time(u64::from(reader.u16()?) * 60_000_000_000)?))
}

pub(crate) fn put_date(out: &mut Vec<u8>, date: NaiveDate) {
    let days = (date - year_one()).num_days().clamp(0, 0xFF_FFFF) as u32;
    out.extend(&days.to_le_bytes()[..3]);
}

pub(crate) fn put_time(out: &mut Vec<u8>, time: NaiveTime, scale: u8) {
    let nanos = u64::from(time.num_seconds_from_midnight()) * 1_000_000_000
        + u64::from(time.nanosecond() % 1_000_000_000);
    let raw = (nanos / 10u64.pow(u32::from(9 - scale.min(7)))).to_le_bytes();
    out.extend(&raw[..time_length(scale)]);
}

pub(crate) fn put_datetime(out: &mut Vec<u8>, value: NaiveDateTime) {
    let days = (value.date() - year_1900()).num_days() as i32;
    let nanos = u64::from(value.num_seconds_from_midnight()) * 1_000_000_000
        + u64::from(value.nanosecond() % 1_000_000_000);
    let last_tick = 300 * 86_400 - 1;
    let ticks = ((nanos * 300 + 500_000_000) / 1_000_000_000).min(last_tick) as u32;
    out.extend(days.to_le_bytes());
    out.extend(ticks.to_le_bytes());
}

/// A date as JTL's columns hold it: `2026-03-02` or the German `02.03.2026`.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    ["%Y-%m-%d", "%Y%m%d", "%d.%m.%Y"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
}

/// A time of the day, with or without fractions of a second.
pub(crate) fn parse_time(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(text.trim(), format).ok())
}

/// A date with an optional time, separated by a blank or a `T`.
pub(crate) fn parse_date_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    Some(parse_date(date)?.and_time(parse_time(time)?))
}
