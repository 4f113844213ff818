import type { Violation } from '../errors.ts';
import type { ClockOffset } from './clock-offset.ts';
import type { Destination } from './target.ts';

/** The files of a destination, as PEM text, by the names that Istio and Envoy read. */
export interface DestinationFiles {
  /** The leaf, its intermediates and, where asked, the root. */
  readonly 'tls.crt': string;
  /** PKCS#8. */
  readonly 'tls.key': string;
  /** Only where the target names client authorities. */
  readonly 'ca.crt'?: string;
}

/** A target of a Certwright, as a destination's mark names it. */
export interface Writer {
  readonly target: string;
  /** Whether the target is, or was, one of this service, and not of another that uses the same place. */
  readonly isThisService: boolean;
}

/** What lies beside our files, and is read by their consumer with them or instead of them. */
export interface Beside {
  /** Contents by the entry's name. */
  readonly entries: Readonly<Record<string, Uint8Array>>;
  /** Client authorities in a place of their own, which win over ours; PEM. */
  readonly separateCa?: { readonly name: string; readonly pem: string };
}

/** What a destination holds now, as it was found there. */
export type DestinationState =
  | { readonly kind: 'absent'; readonly beside?: Beside }
  /** Somebody else's: `owner` says whose in words, and nothing may be written. */
  | { readonly kind: 'foreign'; readonly owner: string }
  | {
      readonly kind: 'present';
      /** What stands in the way of any write (an immutable Secret, a wrong type), in words. */
      readonly obstacle?: string;
      readonly files: Partial<DestinationFiles>;
      /** Whether the files are, to the octet, those that this service wrote last. */
      readonly isAsWritten: boolean;
      /** The number of our last write; 0 for a Secret that is about to be adopted. */
      readonly revision: number;
      /** Who wrote last; absent where no Certwright has written yet. */
      readonly writer?: Writer;
      /** Who else has written there, as far as the place tells; in words. */
      readonly changedBy?: string;
      readonly beside?: Beside;
      /** For compare-and-set: the write fails where the destination has changed since. */
      readonly version: string;
    };

/** A message to the people who look after a place: in a cluster, an Event. */
export interface Announcement {
  /** One word in capitals, as Kubernetes has it. */
  readonly reason: string;
  readonly message: string;
}

/** One write: all files change together or not at all. */
export interface DestinationWrite {
  readonly targetName: string;
  /** The number that the mark is to name. */
  readonly revision: number;
  readonly serialNumber: string;
  readonly notAfter: Date;
  readonly files: DestinationFiles;
  /** What was judged before; the write is refused where it no longer holds. */
  readonly found: Exclude<DestinationState, { kind: 'foreign' }>;
}

/** What is to be touched, as it was judged, and the instant to note there. */
export interface DestinationTouch {
  readonly version: string;
  readonly time: Date;
}

/** A kind of place that can be kept supplied; `storage/kubernetes` and `storage/directory` are such. */
export interface DestinationStore<D extends Destination = Destination> {
  /** Everything that keeps `destination` from ever being written, before a target is accepted. */
  readonly violationsOf: (destination: D) => Promise<readonly Violation[]>;
  /** @throws {PkiError} `target-unavailable` where the place does not answer or refuses to be read */
  readonly read: (destination: D) => Promise<DestinationState>;
  /** @throws {PkiError} `target-unavailable`; nothing or everything has been written */
  readonly write: (destination: D, write: DestinationWrite) => Promise<void>;
  /** Tells whoever looks after the place of something, where the place has a way to. */
  readonly announce: (destination: D, announcement: Announcement) => Promise<void>;
  /**
   * Makes whoever reads the destination read it once more, though its files stay as they are, and tells whether that
   * can be done; absent where it cannot.
   *
   * @throws {PkiError} `target-unavailable`, also where the destination has another version by now
   */
  readonly touch?: (destination: D, touch: DestinationTouch) => Promise<boolean>;
  /** By how much our clock is ahead of the place's own, as far as that is known; absent: it has none. */
  readonly clockOffset?: (destination: D) => ClockOffset | undefined;
  /** Deletes what this target has written there and tells whether it did; anything else is left alone. */
  readonly remove: (destination: D, targetName: string) => Promise<boolean>;
}
