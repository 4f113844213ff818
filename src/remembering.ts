import { hash } from 'node:crypto';

/** `make`, done once for all that `keyOf` says are the same, until `most` others were asked for since. */
export function remembering<Asked, Made>(
  most: number,
  keyOf: (asked: Asked) => string,
  make: (asked: Asked) => Made,
): (asked: Asked) => Made {
  const known = new Map<string, { readonly made: Made }>();
  return (asked) => {
    const key = keyOf(asked);
    const before = known.get(key);
    if (before) return before.made;
    const made = make(asked);
    const [oldest] = known.keys();
    if (known.size >= most && oldest !== undefined) known.delete(oldest);
    known.set(key, { made });
    return made;
  };
}

/** The same for what is made of octets, of which no more than a digest is kept: they may be a private key. */
export function rememberingOctets<Octets extends Uint8Array | string, Made>(
  most: number,
  make: (octets: Octets) => Made,
): (octets: Octets) => Made {
  return remembering(most, (octets) => hash('sha256', octets, 'base64'), make);
}
