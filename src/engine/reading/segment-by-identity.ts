import { createHash } from 'node:crypto';
import { type KeyCallback, streamOf } from '../../authoring/key-callback';
import { traceOf } from './symbolic-event';

/** The identity of sharing out by stream, whichever release of this module does it. */
const BY_STREAM = 'stream';

/** What is no name of a variable although it looks like one. */
const WORDS = new Set(
  (
    'await async break case catch class const continue default delete do else false finally for function if in ' +
    'instanceof let new null of return static super switch this throw true try typeof undefined var void while yield'
  ).split(' '),
);

const TOKENS =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|[A-Za-z_$][\w$]*|\d[\w.]*|\s+|[\s\S]/g;

/**
 * Tells whether two instances share out events alike, by the text of `segmentBy` and by what it does with an event of
 * which nothing is known. It is the same in every process that runs the same code, whatever a compiler or a minifier
 * called its variables and wherever they broke lines; the trace sees what the text does not show, as a variable that the
 * function closes over. Two different texts are taken for different functions, also where they come to the same.
 */
export function segmentByIdentity(segmentBy: KeyCallback): string {
  if (segmentBy === streamOf) return BY_STREAM;
  const parts = [plainText(String(segmentBy)), traceOf(segmentBy)];
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 22);
}

/** Without comments, white space, semicolons and kinds of quotes, and with variables called by their order. */
function plainText(source: string): string {
  const names = new Map<string, string>();
  const tokens = (source.match(TOKENS) ?? []).filter((token) => !/^(\s|\/\*|\/\/|;$)/.test(token));
  return tokens
    .map((token, at) => {
      if (/^['"]/.test(token)) return JSON.stringify(token.slice(1, -1));
      if (!/^[A-Za-z_$]/.test(token) || WORDS.has(token)) return token;
      // No minifier gives another name to the property of something, of a literal or of a pattern.
      const isNamed = tokens[at + 1] === ':' && /[{,]/.test(tokens[at - 1]!);
      if (tokens[at - 1] === '.' || isNamed) return token;
      if (!names.has(token)) names.set(token, `$${names.size}`);
      // Where a pattern takes a property by its own name, a minifier would write the name and what it calls it.
      return isShorthand(tokens, at) ? `${token} : ${names.get(token)!}` : names.get(token)!;
    })
    .join(' ')
    .replace(/\( (\$\d+) \) (?== >)/g, '$1 ');
}

function isShorthand(tokens: readonly string[], at: number): boolean {
  const [before, after] = [tokens[at - 1], tokens[at + 1]];
  return (before === '{' || before === ',') && (after === '}' || after === ',') && isInBraces(tokens, at);
}

function isInBraces(tokens: readonly string[], at: number): boolean {
  let depth = 0;
  for (let i = at - 1; i >= 0; i--) {
    if (')]}'.includes(tokens[i]!)) depth++;
    else if ('([{'.includes(tokens[i]!) && depth-- === 0) return tokens[i] === '{';
  }
  return false;
}
