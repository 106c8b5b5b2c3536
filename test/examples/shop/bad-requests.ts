import type { ShopApp } from './shop-app';

/** Method, path, body, and the field that the answer must name. */
export type BadRequest = readonly [method: string, path: string, body: unknown, field: string];

/** Each must be answered with 400, name its field, and leave the store as it is. */
export function refuses(shop: () => ShopApp, requests: readonly BadRequest[]): void {
  it.each(requests)('refuses %s %s with %j, naming %s', async (method, path, body, field) => {
    const before = await shop().store.readAll();
    const answer = await shop().request(method, path, body);
    expect(answer).toEqual({
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', message: expect.anything() },
    });
    expect(JSON.stringify(answer.body.message)).toContain(field);
    expect(await shop().store.readAll()).toEqual(before);
  });
}
