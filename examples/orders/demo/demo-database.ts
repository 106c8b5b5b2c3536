/** The database the demo works on, wherever it comes from. */
export interface DemoDatabase {
  readonly url: string;
  /** What to call it before the user; without secrets. */
  readonly name: string;
  stop(): Promise<void>;
}
