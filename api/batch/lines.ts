import type { Readable } from 'node:stream';

/** Stands in the place of a line that has more octets than it may. */
export const TOO_LONG = Symbol('too long');
export type Line = Buffer | typeof TOO_LONG;

export interface LineBounds {
  /** Of one line, without its end. */
  readonly maxOctets: number;
  /** A stream in which no line comes to its end for so long is cut off. */
  readonly silenceMs: number;
}

const LINE_FEED = 0x0a;

/**
 * The lines of a stream, as many at a time as have come; the last one may lack its line feed. Of a line
 * that is too long nothing is kept, and the next one is read as if it were not there.
 */
export async function* linesOf(
  stream: Readable,
  { maxOctets, silenceMs }: LineBounds,
): AsyncGenerator<readonly Line[]> {
  const splitter = new Splitter(maxOctets);
  const cutOff = () => stream.destroy(new Error(`no line came for ${silenceMs} ms`));
  let silence = setTimeout(cutOff, silenceMs);
  try {
    // An answer may have to be sent although the rest of the request is not read any more.
    for await (const octets of stream.iterator({ destroyOnReturn: false })) {
      const lines = splitter.push(octets as Buffer);
      if (lines.length === 0) continue;
      clearTimeout(silence);
      yield lines;
      silence = setTimeout(cutOff, silenceMs);
    }
  } finally {
    clearTimeout(silence);
  }
  const last = splitter.rest();
  if (last !== undefined) yield [last];
}

class Splitter {
  readonly #maxOctets: number;
  /** The beginning of a line whose end has not come yet. */
  #begun: Buffer[] = [];
  #begunOctets = 0;

  constructor(maxOctets: number) {
    this.#maxOctets = maxOctets;
  }

  /** The lines that `octets` bring to their end. */
  push(octets: Buffer): readonly Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = octets.indexOf(LINE_FEED); end !== -1; end = octets.indexOf(LINE_FEED, start)) {
      this.#add(octets.subarray(start, end));
      lines.push(this.#line());
      start = end + 1;
    }
    this.#add(octets.subarray(start));
    return lines;
  }

  /** What came after the last line feed. */
  rest(): Line | undefined {
    return this.#begunOctets === 0 ? undefined : this.#line();
  }

  #add(octets: Buffer): void {
    this.#begunOctets += octets.length;
    if (this.#begunOctets > this.#maxOctets) this.#begun = [];
    else if (octets.length > 0) this.#begun.push(octets);
  }

  #line(): Line {
    const [first, ...more] = this.#begun;
    const whole = more.length === 0 ? (first ?? Buffer.alloc(0)) : Buffer.concat(this.#begun);
    const line = this.#begunOctets > this.#maxOctets ? TOO_LONG : whole;
    this.#begun = [];
    this.#begunOctets = 0;
    return line;
  }
}
