import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realPart } from '../../e2e/rig/real-part.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import { folder, outputOf } from './programs.ts';

/** A linter: it says what is wrong with a certificate, and nothing of what it has read. */
export interface Linter {
  readonly name: string;
  /** What it finds in each certificate. */
  readonly lint: (certificates: readonly Uint8Array[]) => Promise<readonly (readonly Finding[])[]>;
  readonly errors: Readonly<Record<string, ExplainedError>>;
  /** Why each is as it is, although the linter warns of it. */
  readonly warnings: Readonly<Record<string, string>>;
}

export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
}

/** An error of which we know, and which certificates are to have it. */
export interface ExplainedError {
  readonly why: string;
  readonly isExpected: (certificate: CertificateFacts) => boolean;
}

/** The sources whose rules are not those of public authorities or of other kinds of certificates. */
const ZLINT_SOURCES = 'RFC3279,RFC5280,RFC5480,RFC5891,RFC8813,Community';
/** What is only told, such as an extension that a linter does not know, is no finding. */
const SEVERITIES: Readonly<Record<string, Finding['severity']>> = {
  fatal: 'error',
  error: 'error',
  warning: 'warning',
  warn: 'warning',
  notice: 'warning',
  info: 'warning',
};

const isUnderOneLabel = (host: string) => !host.includes('.');

const pkilint: Linter = {
  name: 'pkilint',
  lint: async (certificates) => {
    const python = join(realPart('pkilint'), 'bin', 'python');
    const program = join(import.meta.dirname, 'python', 'pkilint_reader.py');
    const output = await outputOf(python, [program], base64Lines(certificates));
    return linesOf(output).map((line) => {
      const { findings, error } = JSON.parse(line) as PkilintAnswer;
      if (error !== undefined) return [{ severity: 'error', code: error }];
      return findings.flatMap(({ severity, code }) => findingOf(severity, code));
    });
  },
  errors: {
    'pkix.invalid_domain_name_syntax': {
      why: 'it takes wildcards and single labels, which RFC 6125 and clusters use, for no DNS names',
      isExpected: ({ dnsNames }) =>
        dnsNames.some((name) => name.startsWith('*.') || isUnderOneLabel(name)),
    },
    'pkix.invalid_uri_syntax': {
      why: 'it asks for a host of a registered domain in a URI, and a trust domain is not one',
      isExpected: ({ uris }) => uris.some((uri) => uri.startsWith('spiffe:')),
    },
    'pkix.invalid_email_address_syntax': {
      why: 'it asks for a dot in the host of a mailbox, and a host within a company may have none',
      isExpected: ({ emailAddresses }) =>
        emailAddresses.some((address) => isUnderOneLabel(address.slice(address.indexOf('@')))),
    },
  },
  warnings: {
    'pkix.subject_key_identifier_method_1_identified':
      'it tells by which method of RFC 5280 §4.2.1.2 a key identifier was made, and finds no fault with it',
    'pkix.ldap_uri_not_validated':
      'it does not judge the URIs of LDAP, for which whoever may have a URI may ask',
  },
};

const zlint: Linter = {
  name: 'zlint',
  lint: async (certificates) => {
    const lintFolder = join(folder, 'zlint');
    mkdirSync(lintFolder, { recursive: true });
    const files = certificates.map((der, index) => {
      const file = join(lintFolder, `${index}.der`);
      writeFileSync(file, der);
      return file;
    });
    const options = ['-format', 'der', '-includeSources', ZLINT_SOURCES];
    const output = await outputOf(realPart('zlint'), [...options, ...files]);
    return linesOf(output).map((line) => {
      const lints = Object.entries(JSON.parse(line) as ZlintAnswer);
      return lints.flatMap(([code, { result }]) => findingOf(result, code));
    });
  },
  errors: {},
  warnings: {
    n_san_iana_pub_suffix_empty:
      'hosts within a company may lie below a domain that is registered nowhere, such as svc.cluster.local',
  },
};

export const linters: readonly Linter[] = [pkilint, zlint];

interface PkilintAnswer {
  readonly findings: readonly { readonly severity: string; readonly code: string }[];
  readonly error?: string;
}

type ZlintAnswer = Readonly<Record<string, { readonly result: string }>>;

function findingOf(severity: string, code: string): readonly Finding[] {
  const known = SEVERITIES[severity];
  return known ? [{ severity: known, code }] : [];
}

function base64Lines(certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => `${Buffer.from(der).toString('base64')}\n`).join('');
}

function linesOf(output: string): readonly string[] {
  return output.split('\n').slice(0, -1);
}
