/** RFC 5280 §4.1.2.5.1: two digits of a year from 50 on belong to the 20th century. */
const FIRST_UTC_YEAR = 50;
const FIRST_GENERALIZED_YEAR = 2050;
/** `YYMMDDHHMMSSZ`; a GeneralizedTime has two digits more. */
const UTC_TIME_LENGTH = 13;
const LETTER_Z = 0x5a;
const FEBRUARY = 2;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The instant in the content of a UTCTime or GeneralizedTime, as RFC 5280 §4.1.2.5 has them: whole
 * seconds, in UTC, UTCTime through 2049 and GeneralizedTime after; `undefined` for anything else.
 */
export function decodeTime(
  octets: Uint8Array,
  { at, end, isUtcTime }: { at: number; end: number; isUtcTime: boolean },
): Date | undefined {
  const month = isUtcTime ? at + 2 : at + 4;
  if (end - at !== UTC_TIME_LENGTH + (isUtcTime ? 0 : 2) || octets[end - 1] !== LETTER_Z) {
    return undefined;
  }
  const year = isUtcTime ? centuryOf(octets, at) : centuryAndYear(octets, at);
  const time = instantOf(year, octets, month);
  return isUtcTime || year >= FIRST_GENERALIZED_YEAR ? time : undefined;
}

function centuryOf(octets: Uint8Array, at: number): number {
  const year = twoDigits(octets, at);
  return year < FIRST_UTC_YEAR ? 2000 + year : 1900 + year;
}

function centuryAndYear(octets: Uint8Array, at: number): number {
  return twoDigits(octets, at) * 100 + twoDigits(octets, at + 2);
}

/** None for a date that does not exist, such as 30 February, and where any digit is none. */
function instantOf(year: number, octets: Uint8Array, at: number): Date | undefined {
  const month = twoDigits(octets, at);
  const day = twoDigits(octets, at + 2);
  const hour = twoDigits(octets, at + 4);
  const minute = twoDigits(octets, at + 6);
  const second = twoDigits(octets, at + 8);
  const isDay = day >= 1 && day <= daysOf(year, month);
  const isTime = hour < 24 && minute < 60 && second < 60;
  return isDay && isTime
    ? new Date(Date.UTC(year, month - 1, day, hour, minute, second))
    : undefined;
}

/** Not a number where there is no such month or year. */
function daysOf(year: number, month: number): number {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === FEBRUARY && isLeapYear) return 29;
  return year > 0 ? (DAYS[month - 1] ?? Number.NaN) : Number.NaN;
}

/** Not a number where either octet is no digit. */
function twoDigits(octets: Uint8Array, at: number): number {
  const tens = (octets[at] ?? 0) - 0x30;
  const ones = (octets[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
