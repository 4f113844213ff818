import { z } from 'zod';
import type { ExtraExtension, Profile } from '../../src/issuance/profile.ts';
import type { Extension } from '../../src/x509/extension.ts';
import { authorityExtensionFault, extensionFault } from '../../src/x509/extension-fault.ts';
import { oidFault } from '../../src/x509/oid-fault.ts';

const ObjectIdentifier = z.string().superRefine((text, context) => {
  const message = oidFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** An entry of a profile's `extensions`. */
export const ExtensionBody = z
  .strictObject({
    oid: ObjectIdentifier,
    critical: z.boolean().default(false),
    value: z.base64('is not Base64').max(8_192),
  })
  .superRefine((extension, context) => {
    const message = extensionFault(extensionOf(extension));
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

interface Misplaced {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Extensions of authorities in a profile for leaves, each with its place. */
export function misplacedExtensions({ isAuthority, extensions }: Profile): readonly Misplaced[] {
  if (isAuthority) return [];
  return extensions.flatMap((extension, index) => {
    const message = authorityExtensionFault(extensionOf(extension));
    return message === undefined ? [] : [{ path: ['extensions', index], message }];
  });
}

function extensionOf({ oid, critical, value }: ExtraExtension): Extension {
  return { id: oid, isCritical: critical, value: Buffer.from(value, 'base64') };
}
