import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { certificatesSent } from '../../../storage/serving/server-flight.ts';

/** A record of TLS 1.2. */
function record(type: number, payload: Buffer): Buffer {
  const header = Buffer.from([type, 3, 3, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([header, payload]);
}

function vector(lengthOctets: number, content: Buffer): Buffer {
  const length = Buffer.alloc(lengthOctets);
  length.writeUIntBE(content.length, 0, lengthOctets);
  return Buffer.concat([length, content]);
}

function message(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type), vector(3, body)]);
}

function certificateMessage(certificates: readonly Buffer[]): Buffer {
  return message(11, vector(3, Buffer.concat(certificates.map((der) => vector(3, der)))));
}

const hello = message(
  2,
  Buffer.concat([Buffer.of(3, 3), Buffer.alloc(32), Buffer.of(0), Buffer.of(0xc0, 0x2b, 0)]),
);
const certificates = [Buffer.from('leaf'), Buffer.from('intermediate')];

describe('the flight of a server', () => {
  it('shows its certificates however its messages lie in records', () => {
    const stream = Buffer.concat([hello, certificateMessage(certificates)]);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: stream.length }), { maxLength: 8 }),
        (cuts) => {
          const bounds = [0, ...cuts, stream.length].toSorted((one, two) => one - two);
          const pieces = bounds.slice(1).map((end, at) => stream.subarray(bounds[at], end));
          const flight = Buffer.concat(pieces.map((piece) => record(22, piece)));
          assert.deepEqual(certificatesSent(flight, undefined), certificates);
        },
      ),
    );
  });

  it('shows nothing before they have come as a whole', () => {
    const flight = record(22, Buffer.concat([hello, certificateMessage(certificates)]));
    for (let length = 0; length < flight.length; length += 1) {
      assert.equal(certificatesSent(flight.subarray(0, length), undefined), undefined);
    }
  });

  it('shows nothing where lengths contradict each other', () => {
    const entry = vector(3, Buffer.from('leaf'));
    entry.writeUInt8(200, 2);
    const flight = record(22, message(11, vector(3, entry)));
    assert.equal(certificatesSent(flight, undefined), undefined);
  });

  it('is read to an end, whatever it holds', () => {
    const octets = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(fc.array(octets, { maxLength: 4 }), octets, (payloads, secret) => {
        const types = [20, 21, 22, 23];
        const records = payloads.map((payload, at) =>
          record(types[at] ?? 22, Buffer.from(payload)),
        );
        const begun = record(22, hello);
        const flight = Buffer.concat([begun, ...records]);
        certificatesSent(flight, Buffer.from(secret));
        for (const payload of payloads) certificatesSent(Buffer.from(payload), undefined);
      }),
      { numRuns: 2_000 },
    );
  });
});
