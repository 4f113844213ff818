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
  | 'requested';
