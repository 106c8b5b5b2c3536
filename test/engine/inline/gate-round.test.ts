import { GateRound } from '../../../src/engine/inline/gate-round';

const sharers = (...holders: string[]) => holders.map((holder, at) => ({ holder, pid: at + 1 }));

describe('the turn of a hand-over at the gate', () => {
  it('never comes while an append it saw first is open, whoever comes and goes beside it', () => {
    const round = new GateRound();
    expect(round.patience(sharers('1/1', '2/1'))).toBeUndefined();
    for (let n = 2; n < 50; n++) expect(round.patience(sharers('1/1', `2/${n}`))).toBeUndefined();
    expect(round.waitsFor).toEqual([1]);
  });

  it('comes once those it saw first have ended, though others are under way', () => {
    const round = new GateRound();
    round.patience(sharers('1/1', '2/1'));
    expect(round.patience(sharers('1/2', '2/2'))).toBeGreaterThan(0);
  });

  it('comes again only after another such round', () => {
    const round = new GateRound();
    round.patience(sharers('1/1'));
    round.patience(sharers('2/1'));
    expect(round.patience(sharers('2/1'))).toBeUndefined();
    expect(round.patience(sharers('2/1', '3/1'))).toBeUndefined();
    expect(round.patience(sharers('3/1'))).toBeGreaterThan(0);
  });

  it('comes at once where nobody holds the gate any more', () => {
    expect(new GateRound().patience([])).toBeGreaterThan(0);
  });
});
