/** Requests of one kind to one server, and what proves that they are answered. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent in turn, over and over; none of them holds a line feed. */
  readonly bodies: readonly string[];
  readonly certificatesPerAnswer: number;
  readonly expectedStatus: number;
  /** PEM of the root that the server's certificate leads to; absent where it speaks plain HTTP. */
  readonly ca?: string;
  /** Throws unless `answer` holds the certificates that body number `index` asks for. */
  readonly assertAnswers: (answer: unknown, index: number) => void;
  /** How many certificates the server has on record; absent where it keeps none that can be counted. */
  readonly recorded?: () => number;
}
