import { Logger } from '@nestjs/common';
import { CoordinationProblems } from '../../src/engine/coordination/coordination-problems';

describe('the problems of an instance', () => {
  beforeEach(() => jest.spyOn(Logger.prototype, 'warn').mockReturnValue());
  afterEach(() => jest.restoreAllMocks());

  it('with a segment that is not its to see to any more are over, and no others', () => {
    const problems = new CoordinationProblems();
    const fail = (projection: string, segment: number) =>
      problems.failed(`run segment ${segment}`, projection, new Error(`${projection} ${segment}`), {
        projection,
        segment,
      });
    fail('p', 0);
    fail('p', 1);
    fail('q', 1);
    problems.failed('register', 'p', new Error('p is locked'));
    problems.keepSegments(({ projection, segment }) => projection === 'p' && segment === 1);
    expect(problems.of('p')).toEqual(new Error('p 1'));
    expect(problems.of('q')).toBeUndefined();
    problems.keepSegments(() => false);
    expect(problems.of('p')).toEqual(new Error('p is locked'));
  });
});
