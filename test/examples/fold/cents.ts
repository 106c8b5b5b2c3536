/** The test's own exact money: whole cents. */
export const cents = (amount: number) => Math.round(amount * 100);
