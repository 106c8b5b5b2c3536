/** The write side refuses a command. */
export abstract class DomainError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** The thing that a command is about has no events. */
export class UnknownAggregateError extends DomainError {
  constructor(kind: string, id: string) {
    super(`There is no ${kind} "${id}".`);
  }
}

/** A thing of that id has events already. */
export class AggregateExistsError extends DomainError {
  constructor(kind: string, id: string) {
    super(`The ${kind} "${id}" exists already.`);
  }
}

/** The command breaks a rule, the state being what it is. */
export class RuleViolatedError extends DomainError {}
