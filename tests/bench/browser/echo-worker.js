// Sends back what it gets: the floor under every answer that comes from a worker.
self.onmessage = ({ data }) => self.postMessage(data, [data]);
