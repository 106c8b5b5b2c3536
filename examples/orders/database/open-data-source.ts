import { DataSource, type DataSourceOptions } from 'typeorm';
import { migrate } from './migrate';

/** Connects and migrates, so that whoever is given the data source finds its tables. */
export async function openDataSource(options?: DataSourceOptions): Promise<DataSource> {
  const dataSource = await new DataSource(options!).initialize();
  try {
    await migrate(dataSource);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}
