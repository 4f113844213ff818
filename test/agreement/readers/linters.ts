import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realPart } from '../../e2e/rig/real-part.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import { folder, outputOf } from './programs.ts';

/** A linter: it says what is wrong with a certificate, and nothing of what it has read. */
export interface Linter {
  readonly name: string;
  /** The codes of the errors in each certificate. */
  readonly lint: (certificates: readonly Uint8Array[]) => Promise<readonly (readonly string[])[]>;
  readonly explained: Readonly<Record<string, ExplainedFinding>>;
}

/** An error of which we know, and which certificates are to have it. */
export interface ExplainedFinding {
  readonly why: string;
  readonly isExpected: (certificate: CertificateFacts) => boolean;
}

/** The sources whose rules are not those of public authorities or of other kinds of certificates. */
const ZLINT_SOURCES = 'RFC3279,RFC5280,RFC5480,RFC5891,RFC8813,Community';
const PKILINT_ERRORS = ['error', 'fatal'];
const ZLINT_ERRORS = ['error', 'fatal'];

const isUnderOneLabel = (host: string) => !host.includes('.');

export const pkilint: Linter = {
  name: 'pkilint',
  lint: async (certificates) => {
    const python = join(realPart('pkilint'), 'bin', 'python');
    const program = join(import.meta.dirname, 'python', 'pkilint_reader.py');
    const output = await outputOf(python, [program], base64Lines(certificates));
    return linesOf(output).map((line) => {
      const { findings, error } = JSON.parse(line) as PkilintAnswer;
      if (error !== undefined) return [error];
      return findings.filter((one) => PKILINT_ERRORS.includes(one.severity)).map((one) => one.code);
    });
  },
  explained: {
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
};

export const zlint: Linter = {
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
      return lints.flatMap(([code, { result }]) => (ZLINT_ERRORS.includes(result) ? [code] : []));
    });
  },
  explained: {},
};

interface PkilintAnswer {
  readonly findings: readonly { readonly severity: string; readonly code: string }[];
  readonly error?: string;
}

type ZlintAnswer = Readonly<Record<string, { readonly result: string }>>;

function base64Lines(certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => `${Buffer.from(der).toString('base64')}\n`).join('');
}

function linesOf(output: string): readonly string[] {
  return output.split('\n').slice(0, -1);
}
