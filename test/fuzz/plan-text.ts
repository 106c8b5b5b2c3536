import type { CommitPlan, Plan, Step } from './plan';

/** A plan to be read. It is played again by its seed. */
export function planText({ projections, steps, ...rest }: Plan): string {
  const lines = [JSON.stringify(rest), ...projections.map((one) => JSON.stringify(one))];
  return [...lines, ...steps.map((step, n) => `${n} ${stepText(step)}`)].join('\n');
}

function stepText(step: Step): string {
  if (step.do !== 'append') {
    const { do: what, ...rest } = step;
    return `${what} ${Object.values(rest)
      .map((value) => JSON.stringify(value))
      .join(' ')}`;
  }
  return `append ${step.atOnce ? 'at once' : 'in turn'}: ${step.commits.map(commitText).join('; ')}`;
}

/** Such as `s1 Added 7(2), Split 8(0)`: numbers of events, and in brackets what their streams share. */
function commitText({ isolation, ends, atOnce, appends }: CommitPlan): string {
  const texts = appends.map(
    ({ stream, events }) =>
      `${stream} ${events.map(({ type, data }) => `${type} ${data.n}(${data.k})`).join(', ')}`,
  );
  if (!isolation) return texts.join('; ');
  return `[${isolation}, ${ends}${atOnce ? ', at once' : ''}: ${texts.join(' + ')}]`;
}
