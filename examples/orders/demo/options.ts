import { Command, InvalidArgumentError } from 'commander';
import { DemoError } from './demo-error';
import { DEFAULT_PLAN } from './shop/shop-plan';

export interface DemoOptions {
  /** `undefined` when the user left it to the demo. */
  readonly orders: number | undefined;
  readonly seed: number | undefined;
  readonly fresh: boolean;
  readonly once: boolean;
  readonly port: number;
  readonly databaseUrl: string | undefined;
}

export function parseOptions(argv: readonly string[], env: NodeJS.ProcessEnv): DemoOptions {
  const command = new Command('npm run demo --')
    .description('A shop with its orders, and the read models that follow it.')
    .option('--orders <n>', `how many orders customers place; 0 starts empty (${DEFAULT_PLAN.orders})`, count)
    .option('--seed <n>', `another number makes another shop (${DEFAULT_PLAN.seed})`, count)
    .option('--fresh', 'begin anew: drop what earlier runs left', false)
    .option('--once', 'end after the summary instead of serving', false)
    .addHelpText(
      'after',
      '\nEnvironment:\n' +
        '  DATABASE_URL  a PostgreSQL database to use instead of the embedded server\n' +
        '  PORT          where to serve (3000)',
    )
    .parse(argv);
  return {
    ...command.opts<Omit<DemoOptions, 'port' | 'databaseUrl'>>(),
    port: parsePort(env.PORT || '3000'),
    databaseUrl: env.DATABASE_URL || undefined,
  };
}

function count(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 2 ** 32 - 1)
    throw new InvalidArgumentError('Give a whole number, such as 5000.');
  return number;
}

function parsePort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535)
    throw new DemoError(
      `PORT is "${value}", which is no port. Give a number from 0 (any free port) to 65535.`,
    );
  return port;
}
