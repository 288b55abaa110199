// A host on the thread of those who ask, for an application's own dedicated worker. Both ends speak
// through a MessageChannel, as they would between two threads.
import type { PageMessage } from '../channel/messages';
import { browserEnvironment } from './browser';
import { Host } from './host';

/** @param native the browser's own IndexedDB: the global one may be FlowDB's by now */
export function hostInThread(native: IDBFactory | undefined): {
  readonly port: MessagePort;
  end(): void;
} {
  const { port1, port2 } = new MessageChannel();
  const environment = browserEnvironment(true, native);
  const host = new Host(port2, environment);
  port2.onmessage = ({ data }: MessageEvent<PageMessage | ArrayBuffer>) => host.receive(data);
  return {
    port: port1,
    end() {
      port1.close();
      host.end();
      environment.end();
    },
  };
}
