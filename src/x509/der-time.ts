/** RFC 5280 §4.1.2.5.1: two digits of a year from 50 on belong to the 20th century. */
const FIRST_UTC_YEAR = 50;
const FIRST_GENERALIZED_YEAR = 2050;

/**
 * The instant in the content of a UTCTime or GeneralizedTime, as RFC 5280 §4.1.2.5 has them: whole
 * seconds, in UTC, UTCTime through 2049 and GeneralizedTime after; `undefined` for anything else.
 */
export function decodeTime(octets: Uint8Array, isUtcTime: boolean): Date | undefined {
  const digits = String.fromCharCode(...octets.subarray(0, 16));
  if (!(isUtcTime ? /^\d{12}Z$/ : /^\d{14}Z$/).test(digits)) return undefined;
  const century = Number(digits.slice(0, 2)) < FIRST_UTC_YEAR ? '20' : '19';
  const full = isUtcTime ? century + digits : digits;
  const iso = full.replace(/(....)(..)(..)(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6.000Z');
  const instant = new Date(iso);
  // Dates that do not exist, such as 30 February, become others or none.
  if (Number.isNaN(instant.getTime()) || instant.toISOString() !== iso) return undefined;
  return !isUtcTime && instant.getUTCFullYear() < FIRST_GENERALIZED_YEAR ? undefined : instant;
}
