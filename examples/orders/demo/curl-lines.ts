/** Requests worth trying: on a shop that has a history, or on one that is yet to have one. */
export function curlLines(url: string, hasHistory: boolean): string[] {
  return hasHistory
    ? [
        `curl '${url}/daily-sales?from=2025-03-01&to=2025-03-07'`,
        `curl '${url}/products/search?q=copper'`,
        post(`${url}/orders`, { customer_id: 'c1' }),
      ]
    : [
        post(`${url}/customers`, { customer_id: 'c1', name: 'Ada Novak', email: 'ada@example.com' }),
        post(`${url}/orders`, { order_id: 'o1', customer_id: 'c1' }),
        `curl ${url}/orders/o1`,
      ];
}

function post(url: string, body: object): string {
  return `curl ${url} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}
