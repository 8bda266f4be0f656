//! The calendar that dates are written in.

/// Year, month and day of the proleptic Gregorian calendar, so many days after 1970-01-01. Years
/// are counted from March, so that the leap day is a year's last.
pub(super) fn date_of(days: i64) -> (i64, i64, i64) {
    const DAYS_IN_400_YEARS: i64 = 146_097;
    let days = days + 719_468;
    let in_era = days.rem_euclid(DAYS_IN_400_YEARS);
    let year_in_era = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year_in_era + year_in_era / 4 - year_in_era / 100);
    let month_from_march = (5 * in_year + 2) / 153;
    let day = in_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = days.div_euclid(DAYS_IN_400_YEARS) * 400 + year_in_era + i64::from(month <= 2);
    (year, month, day)
}
