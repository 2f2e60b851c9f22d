// The list of runs, newest first: what each is doing, and a way to stop it.

import { duration } from "./words.js";

const LIST = "/-/runs";
const POLL_MILLIS = 2000;

const $ = (id) => document.getElementById(id);
const rows = new Map(); // by a run's id

function cell(text) {
    const made = document.createElement("td");
    made.textContent = text;
    return made;
}

function stateOf({ state, ended, code }) {
    if (state !== "ended") {
        return [state, "run"];
    }
    if (ended === "exit") {
        return [`exit ${code}`, code === 0 ? "ok" : "bad"];
    }
    return [ended ?? "not launched", "bad"];
}

function row(run) {
    const made = document.createElement("tr");
    const [words, name] = stateOf(run);
    const state = cell("");
    const link = document.createElement("a");
    link.href = `${LIST}/${run.run}`;
    link.textContent = words;
    link.className = name;
    state.append(link);
    const begun = run.started ? new Date(run.started).toLocaleString([], { dateStyle: "short", timeStyle: "medium" }) : "";
    const stop = cell("");
    if (run.state === "running" || run.state === "queued") {
        const button = document.createElement("button");
        button.textContent = "Stop";
        button.setAttribute("aria-label", `Stop ${run.method} ${run.path}`);
        button.addEventListener("click", async () => {
            button.disabled = true;
            await fetch(link.href, { method: "DELETE" }).catch(() => {});
            poll();
        });
        stop.append(button);
    }
    made.append(state, cell(`${run.method} ${run.path}`), cell(begun), cell(duration(run.millis)), cell(run.viewers ?? ""), stop);
    return made;
}

function show(runs) {
    const made = runs.map((run) => {
        const text = JSON.stringify(run);
        const last = rows.get(run.run);
        if (last?.text !== text) {
            rows.set(run.run, { text, element: row(run) });
        }
        return rows.get(run.run).element;
    });
    const isSame = made.length === $("rows").children.length && made.every((one, i) => one === $("rows").children[i]);
    if (!isSame) {
        $("rows").replaceChildren(...made);
    }
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
