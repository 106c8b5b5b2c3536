import { EntitySchema } from 'typeorm';
import { Rows } from './rows';

/** Writes a local time in the zone of this process, and prints what the database has of it, what is read of that, and what was in memory. */
const Local = new EntitySchema<{ id: number; at: Date }>({
  name: 'local',
  columns: { id: { type: 'int', primary: true }, at: { type: 'timestamp' } },
});

async function main(at: Date): Promise<void> {
  const rows = await Rows.open([Local]);
  try {
    const settled = await rows.insert(Local, 1, { at });
    const [stored] = await rows.database.query<{ text: string }>('SELECT at::text AS text FROM local');
    const read = await rows.dataSource.getRepository(Local).findOneByOrFail({ id: 1 });
    const loaded = await rows.load(Local, 1);
    process.stdout.write(JSON.stringify([stored!.text, read.at, loaded!.at, settled.at]));
  } finally {
    await rows.close();
  }
}

void main(new Date(process.argv[2]!));
