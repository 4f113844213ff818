/** `90s`, `15m`, `24h`, `30d` or `5y`; a year has 365 days. */
export const DURATION = /^[1-9]\d{0,5}[smhdy]$/;

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  y: 365 * 86_400,
};

/** What is wrong with the text of a duration, in words; `undefined` when nothing is. */
export function durationFault(text: string): string | undefined {
  if (DURATION.test(text)) return undefined;
  const isZero = /^0+[smhdy]$/.test(text);
  return isZero ? 'must be more than zero' : 'must be a duration such as 15m, 24h, 30d or 5y';
}

/** A duration text as people say it, such as `825 days`. */
export function durationWords(text: string): string {
  return text.replace(/d$/, text === '1d' ? ' day' : ' days');
}

/** The seconds of a duration text that matches {@link DURATION}. */
export function durationSeconds(text: string): number {
  return Number(text.slice(0, -1)) * (UNIT_SECONDS[text.slice(-1)] ?? Number.NaN);
}
