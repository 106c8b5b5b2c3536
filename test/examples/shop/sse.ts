/** The data of server-sent events as they come; ends when the server ends them. */
export async function* readEvents(url: string): AsyncGenerator<any, void, void> {
  const response = await fetch(url, { headers: { accept: 'text/event-stream' } });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    throw new Error(`${url} does not stream events: ${response.status}`);
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '));
      if (data) yield JSON.parse(data.slice('data: '.length));
    }
  }
}
