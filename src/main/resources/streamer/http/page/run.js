// A run, as the page sees it: started by a request, read to its end, resumed where it is kept, asked how it ended.

import { duration } from "./words.js";

const RUNS = `${location.origin}/-/runs/`; // without the credentials of the address
const FIRST_WAIT_MILLIS = 250;
const LONGEST_WAIT_MILLIS = 8000;
const MOST_TRIES = 8; // to ask about a run that cannot be resumed
const PIECE_BYTES = 64 * 1024; // a browser may give many megabytes at once
const PAUSE_MILLIS = 10000; // a browser makes that a minute after a while
const NO_CONNECTION_MILLIS = 3000;
const WHOLE = { "Streamer-On-Failure": "end" }; // a browser drops the last bytes of what is broken off

export class Run {
    /**
     * A run that has not begun.
     *
     * @param tell called with a word and values: of the run, "begun" (id, isKept), "since" (millis); of its output,
     *     "text" (string), "gap" (from, to); and "state" (name, words)
     * @param hasHeartbeats whether bytes of the command's own path are not only its output
     */
    constructor(tell, hasHeartbeats) {
        this.tell = tell;
        this.hasHeartbeats = hasHeartbeats;
        this.id = null;
        this.isKept = false;
        this.isLaunched = false; // before, its connection must stay, also where it is kept
        this.isPaused = false;
        this.isStopped = false; // here
        this.isStopOwed = false; // as the server could not be reached
        this.isOver = false;
        this.offset = 0; // of the next byte
        this.decoder = new TextDecoder();
        this.reading = new AbortController();
    }

    /** Starts it by a request without a body; reads it to its end. */
    async start(url, method) {
        this.say("starting", "Starting");
        const slow = setTimeout(
            () => this.say("starting", "Waiting for the server, for its turn, or for a free connection"),
            NO_CONNECTION_MILLIS,
        );
        let response;
        try {
            response = await fetch(url, { method, cache: "no-store", signal: this.reading.signal, headers: WHOLE });
        } catch (error) {
            return this.isStopped
                ? this.finish("stopped", "Stopped before anything came")
                : this.finish("lost", `No connection: ${error.message}`);
        } finally {
            clearTimeout(slow);
        }
        const { headers } = response;
        if (!headers.has("Streamer-Run")) {
            return this.refused(response.status, await response.text());
        }
        this.begun(headers.get("Streamer-Run"), headers.has("Content-Location"));
        this.offset = Number(headers.get("Streamer-From") ?? 0);
        const launched = this.launched();
        if (this.isKept) {
            await launched;
        }
        if (!response.ok || (this.isKept && this.hasHeartbeats)) {
            await response.body.cancel(); // not the output alone
        } else {
            await this.read(response.body);
        }
        return this.isKept ? this.follow() : this.askHowItEnded();
    }

    /** Waits in the queue with it, where it belongs to this connection. */
    async launched() {
        for (let status; !this.isOver; await this.sleep(FIRST_WAIT_MILLIS)) {
            status = await this.status().catch(() => undefined);
            if (status?.state !== "queued") {
                break;
            }
            this.say("starting", STATES.queued);
        }
        this.isLaunched = true;
        if (!this.isOver && !this.isStopped) {
            this.say("running", "Running");
        }
        this.giveWay();
    }

    /** Starts it by an upload; where runs are kept its output is read when that is whole, else as it comes. */
    async upload(url, method, body, keeps) {
        const request = new XMLHttpRequest(); // fetch cannot tell how far it is
        let seen = 0;
        let mine = null;
        const read = () => {
            mine ??= request.getResponseHeader("Streamer-Run");
            if (keeps || !mine || request.status >= 300) {
                return;
            }
            if (!this.id) {
                this.begun(mine, false);
                this.say("running", "Running");
            }
            const text = request.responseText;
            if (text.length > seen) {
                this.tell("text", text.slice(seen));
                seen = text.length;
            }
        };
        request.open(method, url);
        Object.entries(WHOLE).forEach(([name, value]) => request.setRequestHeader(name, value));
        if (keeps) {
            request.setRequestHeader("Prefer", "respond-async");
        }
        request.upload.onprogress = ({ loaded, total }) => {
            this.say("uploading", `Uploading: ${Math.floor((loaded / total) * 100)} %`);
        };
        request.onprogress = read;
        this.reading.signal.addEventListener("abort", () => request.abort());
        const isWhole = await new Promise((resolve) => {
            request.onload = () => resolve(true);
            request.onerror = request.onabort = () => resolve(false);
            request.send(body);
        });
        if (isWhole) {
            read();
        }
        if (keeps && request.status === 202) {
            this.begun(mine ?? JSON.parse(request.responseText).run, true);
            this.isLaunched = true; // or will be, whoever waits for it
            return this.follow();
        }
        if (mine) {
            this.id = mine;
            return this.askHowItEnded();
        }
        if (isWhole) {
            return this.refused(request.status, request.responseText);
        }
        return this.isStopped
            ? this.finish("stopped", "Stopped during the upload")
            : this.finish("lost", "Connection lost during the upload");
    }

    /** Reads a kept run from its beginning. */
    async attach(id) {
        this.isLaunched = true;
        this.begun(id, true);
        const status = await this.status().catch(() => undefined);
        if (status === null) {
            return this.finish("unknown", "No such run, or its end is long ago");
        }
        if (status && status.next === undefined) {
            this.isKept = false;
            this.say("running", "Running; its output is not kept, so only who started it sees it");
            return this.askHowItEnded();
        }
        return this.follow();
    }

    begun(id, isKept) {
        this.id = id;
        this.isKept = isKept;
        this.tell("begun", id, isKept);
    }

    refused(status, text) {
        this.finish("refused", `${status}: ${text.trim() || "refused"}`);
    }

    /** Reads bytes to the end; whether that came. */
    async read(body) {
        const reader = body.getReader();
        try {
            for (let part = await reader.read(); !part.done; part = await reader.read()) {
                for (let from = 0; from < part.value.length; from += PIECE_BYTES) {
                    const piece = part.value.subarray(from, from + PIECE_BYTES);
                    this.offset += piece.length;
                    await this.tell("text", this.decoder.decode(piece, { stream: true }));
                }
            }
            return true;
        } catch {
            return false;
        }
    }

    /** Reads a kept run on to its end, however often the connection breaks. */
    async follow() {
        for (let wait = FIRST_WAIT_MILLIS; !this.isOver; ) {
            const status = await this.status().catch(() => undefined);
            if (this.isOver) {
                return;
            }
            if (status === null) {
                return this.finish("unknown", "The run is not known any more, nor how it ended");
            }
            if (this.isStopOwed && status && status.state !== "ended") {
                await this.stop();
            }
            const isWhole = (status?.finished || status?.state === "ended") && this.offset >= status.next;
            if (isWhole && status.state === "ended") {
                return this.ended(status);
            }
            if (isWhole) {
                this.say("stopping", "Ended; what it left behind is being stopped");
                await this.status("25s").catch(() => undefined);
                await this.sleep(FIRST_WAIT_MILLIS);
                continue;
            }
            const before = this.offset;
            const isRead = status && (await this.readOn(status).catch(() => false));
            if (isRead || this.offset > before) {
                wait = FIRST_WAIT_MILLIS;
                if (this.isPaused && status.state !== "ended") {
                    await this.sleep(PAUSE_MILLIS);
                }
            } else if (!this.isOver) {
                if (wait > FIRST_WAIT_MILLIS) { // else it may have failed meanwhile, which its status tells
                    const then = this.isStopOwed ? "it is stopped when the server can be reached" : "trying again";
                    this.say("trying", `Connection lost, ${then}`);
                }
                await this.sleep(this.isPaused ? PAUSE_MILLIS : wait);
                wait = Math.min(LONGEST_WAIT_MILLIS, wait * 2);
            }
        }
    }

    /** Reads what there is, and on; whether there was something to read. */
    async readOn(status) {
        if (status.from > this.offset) {
            this.tell("gap", this.offset, status.from);
            this.offset = status.from;
        }
        this.reading = new AbortController();
        const url = `${RUNS}${this.id}/output?from=${this.offset}${this.isPaused ? "&follow=0" : ""}`;
        const response = await fetch(url, { cache: "no-store", signal: this.reading.signal, headers: WHOLE });
        if (!response.ok) {
            await response.body?.cancel();
            return false;
        }
        this.tell("since", status.millis);
        this.say(status.state === "queued" ? "starting" : "running", STATES[status.state] ?? "Running");
        const before = this.offset;
        return (await this.read(response.body)) || this.offset > before;
    }

    /** Its status; null if it is not known. */
    async status(wait = "0s") {
        const response = await fetch(`${RUNS}${this.id}?wait=${wait}`, { cache: "no-store" });
        if (response.status === 404) {
            return null;
        }
        if (!response.ok) {
            throw new Error(response.status);
        }
        return response.json();
    }

    async askHowItEnded() {
        for (let tries = 1, wait = FIRST_WAIT_MILLIS; !this.isOver && tries < MOST_TRIES; ) {
            const status = await this.status("25s").catch(() => undefined);
            if (status === null) {
                return this.finish("unknown", "How it ended is not known");
            }
            if (status?.state === "ended") {
                return this.ended(status);
            }
            if (!status) {
                this.say("trying", "Connection lost, asking how it ended");
                tries++;
                wait = Math.min(LONGEST_WAIT_MILLIS, wait * 2);
            }
            await this.sleep(wait);
        }
        return this.finish("lost", "Connection lost. Nothing is kept, so there is nothing to resume");
    }

    ended({ ended, code, millis }) {
        const time = ended === "lost" ? "a time that is not known" : duration(millis);
        if (ended === "exit") {
            this.finish(code === 0 ? "ok" : "failed", `Exit ${code} after ${time}`);
        } else {
            const why = this.isStopped && ended === "client-gone" ? "stop" : ended; // it was this page that left
            this.finish("stopped", `${REASONS[why] ?? `Stopped: ${why}`} after ${time}`);
        }
    }

    finish(state, words) {
        if (!this.isOver) {
            this.isOver = true;
            this.tell("text", this.decoder.decode());
            this.say(state, words);
        }
    }

    say(state, words) {
        this.tell("state", state, words);
    }

    sleep(millis) {
        return new Promise((resolve) => {
            this.wake = resolve;
            setTimeout(resolve, millis);
        });
    }

    /** Has it stopped. One's own connection goes first: there may be no other. */
    async stop() {
        this.say("stopping", "Stopping");
        this.isStopped = true;
        if (!this.isKept || !this.isLaunched) {
            this.reading.abort();
        }
        if (!this.id) {
            return;
        }
        const response = await fetch(RUNS + this.id, { method: "DELETE" }).catch(() => null);
        this.isStopOwed = !response;
        if (response && !response.ok && response.status !== 404) {
            this.say("running", `Not stopped: ${(await response.text()).trim()}`);
        }
    }

    /** Gives its connection away, where it can read on later; until told to, it looks from time to time. */
    pause() {
        this.isPaused = true;
        this.giveWay();
    }

    giveWay() {
        if (this.isPaused && this.isKept && this.isLaunched && !this.isOver) {
            this.reading.abort();
        }
    }

    /** Nobody looks at it any more. */
    leave() {
        this.isOver = true;
        this.reading.abort();
    }

    /** Reads on. */
    unpause() {
        if (this.isPaused) {
            this.isPaused = false;
            this.wake?.();
        }
    }
}

const STATES = { queued: "Waiting for its turn", stopping: "Stopping" };

const REASONS = {
    stop: "Stopped",
    timeout: "Stopped: took longer than --timeout",
    "idle-timeout": "Stopped: silent for longer than --idle-timeout",
    "write-timeout": "Stopped: its client took nothing",
    unwatched: "Stopped: nobody watched",
    "store-full": "Stopped: its output could not be kept, the disk is full",
    lost: "Lost: the server ended first",
    shutdown: "Stopped: the server shut down",
    "client-gone": "Stopped: the connection was lost",
    "body-too-large": "Stopped: the upload is too large",
    "not-launched": "The command could not be launched",
    error: "Stopped: error of the server, see its log",
};
