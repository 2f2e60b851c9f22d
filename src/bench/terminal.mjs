// A terminal in a browser, as ttyd and gotty have it: xterm.js, fed by a WebSocket with a command's output.
// terminal.mjs PORT MODULES COMMAND [ARGUMENT...], where MODULES has @xterm/xterm and ws.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [port, modules, command, ...rest] = process.argv.slice(2);
const { WebSocketServer } = createRequire(`${modules}/`)("ws");
const page = `<!doctype html><title>terminal</title><link rel=stylesheet href=/css><body style="margin:0;height:100vh">
<script src=/js></script><script>
const terminal = new Terminal({ scrollback: 1000000, cols: 120, rows: 40, convertEol: true });
terminal.open(document.body);
const socket = new WebSocket("ws://" + location.host);
socket.binaryType = "arraybuffer";
let waiting = 0;
socket.onmessage = ({ data }) => {
    waiting++;
    terminal.write(new Uint8Array(data), () => { // as ttyd: no more than some that are not drawn
        waiting--;
        socket.send(waiting < 4 ? "on" : "");
    });
};
window.isDone = () => {
    const { active } = terminal.buffer;
    const last = active.getLine(active.baseY + active.cursorY - 1);
    return Boolean(last) && last.translateToString(true).startsWith("END");
};
</script>`;
const files = {
    "/": ["text/html", page],
    "/js": ["text/javascript", readFileSync(`${modules}/@xterm/xterm/lib/xterm.js`)],
    "/css": ["text/css", readFileSync(`${modules}/@xterm/xterm/css/xterm.css`)],
};
const server = createServer((request, response) => {
    const [type, body] = files[request.url] ?? ["text/plain", ""];
    response.setHeader("Content-Type", type);
    response.end(body);
});
new WebSocketServer({ server }).on("connection", (socket) => {
    const child = spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
    let sent = 0;
    child.stdout.on("data", (data) => {
        socket.send(data);
        if (++sent % 8 === 0) {
            child.stdout.pause();
        }
    });
    socket.on("message", (text) => String(text) === "on" && child.stdout.resume());
    socket.on("close", () => child.kill());
});
server.listen(Number(port), "127.0.0.1", () => console.log("Listening"));
