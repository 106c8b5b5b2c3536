import { ProjectionHealthIndicator } from 'nestjs-projections';
import { ServerFolder } from '../embedded-postgres/servers';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { recorder } from '../support/recorder';

describe('the health of projections whose database is gone', () => {
  let folder: ServerFolder;
  beforeAll(async () => {
    folder = await ServerFolder.create();
  });
  afterAll(() => folder.remove());

  it('is bad and says why, and good again when the database is back', async () => {
    const server = await folder.start();
    const app = await startApp(server.url, { projections: [recorder({ name: 'log' })] });
    const look = async () => (await app.get(ProjectionHealthIndicator).isHealthy('key')).key;
    try {
      await server.stop();
      expect(await look()).toMatchObject({
        status: 'down',
        message: expect.stringMatching(/^The state of the projections cannot be read: ./) as string,
      });
      await folder.start({ port: Number(new URL(server.url).port) });
      await eventually(async () => expect(await look()).toMatchObject({ status: 'up' }));
    } finally {
      await app.close();
    }
  });
});
