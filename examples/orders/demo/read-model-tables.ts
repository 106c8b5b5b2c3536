/** The tables of each read model, by projection. */
export const READ_MODEL_TABLES: Readonly<Record<string, readonly string[]>> = {
  order_summary: ['order_summaries'],
  daily_sales: ['daily_sales'],
  customer_activity: ['customers', 'customer_activity_summary', 'customer_order_history'],
  product_search: ['product_search'],
  order_number: ['order_numbers'],
};
