/** The members of a constructed value, each as its own octets: the tests' own reader of DER. */
export function membersOf(der: Uint8Array): readonly Buffer[] {
  const members: Buffer[] = [];
  const { start: first, end } = contentAt(Buffer.from(der), 0);
  for (let at = first; at < end; ) {
    const next = contentAt(Buffer.from(der), at).end;
    members.push(Buffer.from(der.subarray(at, next)));
    at = next;
  }
  return members;
}

/** The parts of a Certificate's TBSCertificate (RFC 5280 §4.1). */
export function tbsPartsOf(certificate: Uint8Array) {
  const [tbsCertificate = Buffer.alloc(0), signatureAlgorithm] = membersOf(certificate);
  const parts = membersOf(tbsCertificate);
  const [version, serialNumber, signature, issuer, validity, subject, publicKey, extensions] =
    parts;
  const [listed = Buffer.alloc(0)] = extensions ? membersOf(extensions) : [];
  const [notBefore, notAfter] = validity ? membersOf(validity) : [];
  const rest = { version, serialNumber, signature, issuer, subject, publicKey };
  const extensionList = membersOf(listed).map(extensionOf);
  return { tbsCertificate, signatureAlgorithm, ...rest, notBefore, notAfter, extensionList };
}

function extensionOf(extension: Buffer) {
  const [id, ...rest] = membersOf(extension);
  const value = rest.at(-1) ?? Buffer.alloc(0);
  const { start, end } = contentAt(value, 0);
  return {
    id: id?.toString('hex'),
    isCritical: rest.length === 2,
    value: value.subarray(start, end),
  };
}

function contentAt(der: Buffer, at: number): { start: number; end: number } {
  const length = der.readUInt8(at + 1);
  if (length < 0x80) return { start: at + 2, end: at + 2 + length };
  const octets = length & 0x7f;
  const start = at + 2 + octets;
  return { start, end: start + der.readUIntBE(at + 2, octets) };
}
