import { preflight } from '../../../../src/preflight/preflight.ts';
import type { Consumer } from '../../../../src/preflight/rule.ts';
import { encodeCertificates } from '../../../../src/x509/pem.ts';
import type { Judge } from './judge.ts';

/** What `POST /v1/preflight` says for each consumer whose own verifier judges here as well. */
export const ourJudges: readonly Judge[] = (['rfc5280', 'openssl', 'go', 'java'] as const).map(
  (consumer) => ({ name: `preflight for ${consumer}`, judge: verdictsFor(consumer) }),
);

function verdictsFor(consumer: Consumer): Judge['judge'] {
  return (cases, at) =>
    Promise.all(
      cases.map(async ({ path }) => {
        const { findings } = await preflight(consumer, encodeCertificates(path), at);
        const errors = findings.filter(({ rule }) => rule.severity === 'error');
        return errors.map(({ rule }) => rule.id).join(', ');
      }),
    );
}
