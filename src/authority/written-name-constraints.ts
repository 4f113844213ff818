import { refused, type Violation } from '../errors.ts';
import type { ReadName } from '../issuance/dns-name.ts';
import { readName } from '../issuance/names.ts';
import type { NameConstraintSubtrees, NameConstraints } from '../x509/name-constraints.ts';

const EFFECTS = ['permitted', 'excluded'] as const;
/** The members whose bases are hosts, or domains of them. */
const HOST_KINDS = ['dnsNames', 'emailDomains', 'uriDomains'] as const;

/**
 * Name constraints as they are written: hosts in small letters and A-labels, which is how names below are
 * written and compared with them (RFC 5280 §7.2, §7.4, §7.5).
 *
 * @throws {PkiError} `request-refused`, naming every base that is no host
 */
export function writtenNameConstraints(constraints: NameConstraints): NameConstraints {
  const violations = EFFECTS.flatMap((effect) =>
    violationsIn(constraints[effect] ?? {}, `/nameConstraints/${effect}`),
  );
  if (violations.length > 0) throw refused(violations);
  const { permitted, excluded } = constraints;
  return {
    ...(permitted ? { permitted: written(permitted) } : {}),
    ...(excluded ? { excluded: written(excluded) } : {}),
  };
}

function violationsIn(subtrees: NameConstraintSubtrees, pointer: string): readonly Violation[] {
  return HOST_KINDS.flatMap((kind) =>
    (subtrees[kind] ?? []).flatMap((base, index) => {
      const read = readBase(base);
      return 'fault' in read
        ? [{ pointer: `${pointer}/${kind}/${index}`, detail: read.fault }]
        : [];
    }),
  );
}

function written(subtrees: NameConstraintSubtrees): NameConstraintSubtrees {
  const hosts = HOST_KINDS.flatMap((kind) => {
    const bases = subtrees[kind];
    return bases ? [[kind, bases.map(writtenBase)] as const] : [];
  });
  return { ...subtrees, ...Object.fromEntries(hosts) };
}

function writtenBase(base: string): string {
  const read = readBase(base);
  return 'name' in read ? read.name : base;
}

/** A leading dot stands for every host below (RFC 5280 §4.2.1.10); a wildcard has no meaning in a base. */
function readBase(base: string): ReadName {
  const dot = base.startsWith('.') ? '.' : '';
  const read = readName('dnsNames', base.slice(dot.length));
  if ('fault' in read) return read;
  return base.includes('*') ? { fault: 'has a wildcard' } : { name: dot + read.name };
}
