/** Why a target is rotated; a list of them says everything that is wrong, not just the first. */
export type RotationReason =
  | 'missing'
  | 'missingData'
  | 'unreadable'
  | 'keyMismatch'
  | 'wrongIssuer'
  | 'wrongNames'
  | 'wrongUsage'
  | 'specChanged'
  | 'due'
  | 'expired'
  /** Somebody else has written, in a way that no other reason tells. */
  | 'overwritten'
  /** A revision was recorded that is not in its place. */
  | 'unfinished'
  | 'requested'
  | 'rolledBack';
