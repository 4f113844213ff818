import type { Validity } from '../certificate.ts';
import { durationSeconds } from '../issuance/duration.ts';
import { periodSeconds } from '../issuance/validity.ts';
import type { RotationTarget } from './target.ts';

/** A third of the lifetime is left when a certificate is renewed, as is the field's custom. */
const DEFAULT_RENEW_BEFORE_FRACTION = 1 / 3;

/**
 * When a certificate is to be replaced at the latest; spread and windows aside. The default third is one of the life
 * from its issue on: counted from the backdated start, short certificates would be due as soon as they are issued.
 */
export function renewalTimeOf(
  certificate: Validity,
  target: Pick<RotationTarget, 'validity' | 'renewBefore'>,
): Date {
  const { notAfter } = certificate;
  const renewBefore =
    target.renewBefore === undefined
      ? lifeSecondsOf(certificate, target) * DEFAULT_RENEW_BEFORE_FRACTION
      : durationSeconds(target.renewBefore);
  return new Date(Math.floor(notAfter.getTime() / 1000 - renewBefore) * 1000);
}

/** A certificate's life from its issue on, without the backdating. */
export function lifeSecondsOf(
  certificate: Validity,
  { validity }: Pick<RotationTarget, 'validity'>,
): number {
  return Math.min(periodSeconds(certificate), durationSeconds(validity));
}
