/** An append was refused, since it would have passed over inline projections that this instance does not provide. */
export class ProjectionsLeftOut extends Error {
  constructor(readonly projections: readonly string[]) {
    super(`inline projections are not provided here: ${projections.join(', ')}`);
  }
}
