import { type ForeignCertificate, quotedName } from '../bundle/foreign-certificate.ts';
import { linkAmong } from '../bundle/links.ts';

/** The way up from an authority's certificate, as far as it could be followed. */
export interface Ascent {
  /** Its own certificate first; all of them were sent, and none is of an authority that is known here. */
  readonly path: readonly ForeignCertificate[];
  /** The certificate of the known authority that signed the last of them. */
  readonly known?: ForeignCertificate;
  /** Why neither a root nor a known authority was reached, as a sentence. */
  readonly obstacle?: string;
}

/**
 * Follows the signatures from `own` to a root, or to an authority that is known here: whatever is above
 * that is recorded already.
 */
export function ascentFrom(
  own: ForeignCertificate,
  sent: readonly ForeignCertificate[],
  known: readonly ForeignCertificate[],
): Ascent {
  const isKnown = (certificate: ForeignCertificate) =>
    known.find(({ x509 }) => x509.raw.equals(certificate.x509.raw));
  const path = [own];
  for (let top = own; !top.isSelfSigned; ) {
    const link = linkAmong(top, [...sent, ...known]);
    if (!link) return { path, obstacle: missingAbove(top) };
    const { issuer, holds } = link;
    if (!holds) {
      const what = 'its signature, key identifier or keyUsage does not fit that';
      const detail = `${top.label} names ${issuer.label} as its issuer, but ${what}`;
      return { path, obstacle: detail };
    }
    if (path.includes(issuer)) {
      return { path, obstacle: `${top.label} and ${issuer.label} signed each other in a circle` };
    }
    const recorded = isKnown(issuer);
    if (recorded) return { path, known: recorded };
    path.push(issuer);
    top = issuer;
  }
  return { path };
}

function missingAbove({ label, issuer, subject }: ForeignCertificate): string {
  if (issuer === subject) return `the signature of ${label} is not its own, as its names say`;
  const name = quotedName(issuer);
  return `${label} was signed by ${name}, whose certificate was not sent and is not known here`;
}
