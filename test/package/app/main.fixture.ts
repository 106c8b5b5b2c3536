import { report } from './report.js';

void report().then((seen) => process.stdout.write(JSON.stringify(seen)));
