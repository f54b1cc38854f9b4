// What a till prints on.
import { once } from "node:events";
import { createServer } from "node:net";

/** A printer that takes all and says nothing: what it was sent, job after job. */
export async function printer(port = 0) {
  const jobs = [];
  const server = createServer((line) => {
    const parts = [];
    line.on("data", (part) => parts.push(part));
    line.on("error", () => {});
    line.on("close", () => jobs.push(Buffer.concat(parts).toString("latin1")));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const close = () => new Promise((done) => server.close(done));
  return { jobs, port: server.address().port, close };
}

/** Types an address into the settings and keeps it. */
export async function sets(device, of, address) {
  await device.press(".door-top > .btn:last-child");
  await device.there(`#printer-${of}`);
  await device.run(
    "(id, address) => { document.getElementById(id).value = address; }",
    `printer-${of}`,
    address,
  );
  await device.press(`form:has(#printer-${of}) [type=submit]`);
  await device.there(`form:has(#printer-${of}) [type=button]`);
}
