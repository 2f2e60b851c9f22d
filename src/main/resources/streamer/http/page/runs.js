// The list of runs, newest first: what each is doing, and a way to stop it.

import { duration } from "./words.js";

const LIST = `${location.origin}/-/runs`; // without the credentials of the address
const POLL_MILLIS = 2000;
const WHEN = new Intl.DateTimeFormat([], { dateStyle: "short", timeStyle: "medium" });

const $ = (id) => document.getElementById(id);
const rows = new Map(); // by a run's id

function stateOf({ state, ended, code }) {
    if (state !== "ended") {
        return [state, "run"];
    }
    if (ended === "exit") {
        return [`exit ${code}`, code === 0 ? "ok" : "bad"];
    }
    return [ended ?? "not launched", "bad"];
}

function rowOf(run) {
    const element = document.createElement("tr");
    const cells = Array.from({ length: 6 }, () => element.insertCell());
    const link = document.createElement("a");
    link.href = `${LIST}/${run.run}`;
    cells[0].append(link);
    cells[1].textContent = `${run.method} ${run.path}${run.machine ? ` on ${run.machine}` : ""}`;
    const stop = document.createElement("button");
    stop.textContent = "Stop";
    stop.setAttribute("aria-label", `Stop ${run.method} ${run.path}`);
    stop.addEventListener("click", async () => {
        stop.disabled = true;
        await fetch(link.href, { method: "DELETE" }).catch(() => {});
        poll();
    });
    cells[5].append(stop);
    return { element, link, cells, stop };
}

function update({ link, cells, stop }, run) {
    [link.textContent, link.className] = stateOf(run);
    cells[2].textContent = run.started ? WHEN.format(new Date(run.started)) : "";
    cells[3].textContent = duration(run.millis);
    cells[4].textContent = run.viewers ?? "";
    stop.hidden = run.state !== "running" && run.state !== "queued";
}

/** Rows stay elements, with the focus that they may have. */
function show(runs) {
    const ids = new Set(runs.map((run) => run.run));
    for (const [id, { element }] of rows) {
        if (!ids.has(id)) {
            element.remove();
            rows.delete(id);
        }
    }
    runs.forEach((run, place) => {
        const row = rows.get(run.run) ?? rowOf(run);
        rows.set(run.run, row);
        update(row, run);
        const there = $("rows").children[place];
        if (there !== row.element) {
            $("rows").insertBefore(row.element, there ?? null);
        }
    });
    const going = runs.filter((run) => run.state !== "ended").length;
    tell(`${going} going on, ${runs.length - going} over`);
}

function tell(words) {
    if ($("state").textContent !== words) {
        $("state").textContent = words;
    }
}

async function poll() {
    try {
        const response = await fetch(LIST, { cache: "no-store" });
        if (response.ok) {
            show(await response.json());
        } else {
            tell((await response.text()).trim());
        }
    } catch {
        tell("Connection lost, trying again");
    }
}

async function go() {
    for (;;) {
        if (!document.hidden) {
            await poll();
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
    }
}

go();
