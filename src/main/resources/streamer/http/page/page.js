// The page of one run: what its buttons, keys and address do.

import { counted, duration } from "./words.js";
import { Finder } from "./finder.js";
import { Run } from "./run.js";
import { Store } from "./store.js";
import { View } from "./view.js";

const MOST_LINES = 900000;
const MOST_CHARACTERS = 64 * 1024 * 1024;
const TURN_MILLIS = 12; // then the page is drawn
const LONGEST_TURN_MILLIS = 500;
const DOUBLE_CLICK_MILLIS = 500;
const HIDDEN_MILLIS = 5000; // then a tab that nobody sees gives its connection away
const RUN_PAGE = /^\/-\/runs\/([0-9a-f]+)$/;
const GOING = ["starting", "uploading", "running", "trying", "stopping"];
const SIGNS = { run: "▶ ", ok: "✓ ", bad: "✗ " }; // by kind of state

const settings = document.body.dataset;
const methods = settings.methods.split(",");
const $ = (id) => document.getElementById(id);

let store = new Store(MOST_LINES, MOST_CHARACTERS);
let run = null;
let state = "idle";
let file = null;
let started = 0;
let isClicked = false; // a moment ago: a second click on Run must not be one on Stop
let command = history.state?.command ?? (location.pathname.startsWith("/-/") ? null : settings.command);

const view = new View($("log"), store, (follows) => {
    $("follow").checked = follows;
    $("to-end").hidden = follows;
});

// What is told of the run.

const listener = {
    begun(id, isKept) {
        if (isKept && location.pathname !== `/-/runs/${id}`) {
            const change = RUN_PAGE.test(location.pathname) ? "pushState" : "replaceState";
            history[change]({ command }, "", `/-/runs/${id}${change === "replaceState" ? location.hash : ""}`);
        } else if (!isKept) {
            history.replaceState({ command, hasRun: true }, "");
        }
        $("raw").hidden = !isKept;
        $("raw").href = `/-/runs/${id}/output`;
    },
    text(text) {
        if (text) {
            store.add(text);
            view.changed();
            return turn();
        }
    },
    since(millis) {
        started = Date.now() - millis;
    },
    gap(from, to) {
        tell(`${counted(to - from)} bytes are not kept any more, from byte ${counted(from)} on; lines are counted without them.`);
    },
    state: show,
};

let turnEnds = 0;

/** After some time others have their turn: drawing, clicks. */
async function turn() {
    if (!document.hidden && performance.now() > turnEnds) {
        await new Promise((resolve) => {
            requestAnimationFrame(() => setTimeout(resolve));
            setTimeout(resolve, LONGEST_TURN_MILLIS); // nothing is drawn once it is hidden
        });
        turnEnds = performance.now() + TURN_MILLIS;
    }
}

/** Only what changes is told by a screen reader. */
function put(id, text) {
    if ($(id).textContent !== text) {
        $(id).textContent = text;
    }
}

const linesOf = (number) => `${counted(number)} ${number === 1 ? "line" : "lines"}`;

function isGoing() {
    return GOING.includes(state);
}

function show(name, words) {
    state = name;
    const kind = isGoing() ? "run" : name === "idle" || name === "ok" ? name : "bad";
    put("state", words);
    $("state").className = kind;
    document.title = `${SIGNS[kind] ?? ""}${command ?? location.pathname} – streamer`;
    $("icon").href = `/-/page/${kind}.svg`;
    $("run").hidden = isGoing() || command === null; // of a run that was started elsewhere
    $("run").textContent = (name === "idle" ? "Run" : "Run again") + (file ? ` with ${file.name}` : "");
    $("stop").hidden = !isGoing();
    $("stop").disabled = isClicked || name === "stopping";
    $("choose").hidden = $("run").hidden || settings.uploads === "";
    if (name === "failed" && /^(log|lines)$/.test(settings.stderr)) {
        tell("Standard error is in the server's log; start streamer with --stderr merge to see it here.");
    }
    view.changed();
}

function tell(text) {
    $("note").textContent = text;
    $("note").hidden = text === "";
}

// Runs.

function begin(start) {
    run?.leave();
    store = new Store(MOST_LINES, MOST_CHARACTERS);
    view.reset(store);
    search();
    tell("");
    started = Date.now();
    if (!location.hash) {
        view.mark(-1, -1);
    }
    const begun = new Run(
        (what, ...values) => (run === begun ? listener[what](...values) : undefined), // nobody looks at others
        settings.heartbeats === "true",
    );
    run = begun;
    state = "starting";
    view.follow(true);
    start(begun);
    yieldIfHidden();
}

function runCommand() {
    const chosen = file;
    if (chosen) {
        const method = methods.find((one) => one !== "GET");
        let body = chosen;
        if (settings.uploads === "files") {
            body = new FormData();
            body.append("file", chosen);
        }
        begin((begun) => begun.upload(location.origin + command, method, body, settings.keeps === "true"));
    } else {
        begin((begun) => begun.start(location.origin + command, methods[0]));
    }
}

function attach(id) {
    begin((begun) => begun.attach(id));
}

function choose(chosen) {
    file = chosen ?? null;
    show(state, $("state").textContent);
}

$("run").addEventListener("click", () => {
    isClicked = true;
    runCommand();
    setTimeout(() => {
        isClicked = false;
        $("stop").disabled = state === "stopping";
    }, DOUBLE_CLICK_MILLIS);
});
$("stop").addEventListener("click", () => run.stop());
$("file").addEventListener("change", () => choose($("file").files[0]));
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
    event.preventDefault(); // the browser would open it
    if (!$("choose").hidden) {
        choose(event.dataTransfer.files[0]);
    }
});

let hiding;

function yieldIfHidden() {
    clearTimeout(hiding);
    if (document.hidden) {
        hiding = setTimeout(() => run?.pause(), HIDDEN_MILLIS);
    } else {
        run?.unpause();
    }
}

document.addEventListener("visibilitychange", yieldIfHidden);

// Lines: how many, which are marked, what is found.

view.drawn.push(() => {
    const gone = store.first > 0 ? `, the first ${counted(store.first)} are not kept in this page` : "";
    const time = !isGoing() ? "" : ` · ${duration(Math.max(0, Date.now() - started))}`;
    put("size", linesOf(store.end) + gone + time);
    goToWanted();
});
setInterval(() => {
    if (isGoing()) {
        view.changed();
    }
}, 1000);

let wanted = null; // lines of the address, until they have come

function readAddress() {
    const found = /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash);
    wanted = found && [Number(found[1]) - 1, Number(found[2] ?? found[1]) - 1];
    view.mark(...(wanted ?? [-1, -1]));
}

function goToWanted() {
    if (wanted && wanted[isGoing() ? 1 : 0] < store.end) {
        const [first] = wanted;
        wanted = null;
        view.goTo(Math.max(first, store.first));
    }
}

addEventListener("hashchange", readAddress);
addEventListener("popstate", () => {
    const id = RUN_PAGE.exec(location.pathname)?.[1];
    if (id && id !== run?.id) {
        command = history.state?.command ?? command;
        attach(id);
    }
});

$("lines").addEventListener("click", (event) => {
    if (event.target.className !== "number") {
        return;
    }
    event.preventDefault();
    const line = event.target.parentElement.number;
    const from = event.shiftKey && view.marked[0] >= 0 ? view.marked[0] : line;
    const range = [Math.min(from, line), Math.max(from, line)];
    const isOne = range[0] === range[1];
    if (isOne && view.marked[0] === line && view.marked[1] === line) {
        history.replaceState(history.state, "", location.pathname + location.search);
        view.mark(-1, -1);
        return;
    }
    history.replaceState(history.state, "", `#L${range[0] + 1}${isOne ? "" : `-L${range[1] + 1}`}`);
    view.mark(...range);
    getSelection().removeAllRanges();
});

function search() {
    const text = $("text").value;
    view.find(text ? new Finder(store, text) : null);
    $("hits").textContent = "";
    if (text) {
        lookOn(view.finder, true);
    }
}

function lookOn(finder, isFirst) {
    if (finder !== view.finder) {
        return;
    }
    const isDone = finder.look();
    if (view.hit < 0 && finder.lines.length > 0 && isFirst) {
        hit(finder.lines[0]);
        isFirst = false;
    }
    count();
    setTimeout(() => lookOn(finder, isFirst), isDone ? 500 : 0);
}

function count() {
    const { lines } = view.finder;
    const place = view.hit < 0 ? "" : `${counted(view.finder.before(view.hit) + 1)} of `;
    put("hits", place + linesOf(lines.length));
}

function hit(line) {
    view.hit = line;
    view.restyled();
    view.goTo(line);
    count();
}

function step(by) {
    const lines = view.finder?.lines ?? [];
    if (lines.length > 0) {
        const at = view.finder.before(view.hit < 0 ? 0 : view.hit) + (view.hit < 0 ? 0 : by);
        hit(lines[(at + lines.length) % lines.length]);
    }
}

$("text").addEventListener("input", search);
$("find").addEventListener("submit", (event) => {
    event.preventDefault();
    step(1);
});
$("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey) {
        event.preventDefault();
        step(-1);
    } else if (event.key === "Escape") {
        $("text").value = "";
        search();
        $("log").focus();
    }
});

// Switches and keys.

$("follow").addEventListener("change", () => view.follow($("follow").checked));
$("to-end").addEventListener("click", () => view.follow(true));
$("wrap").addEventListener("change", () => view.wrap($("wrap").checked));
$("copy").addEventListener("click", () => {
    if (getSelection().isCollapsed && view.marked[0] < 0) {
        view.selectAll();
    }
    document.execCommand("copy");
    $("copy").textContent = "Copied";
    setTimeout(() => ($("copy").textContent = "Copy"), 1500);
});
$("save").addEventListener("click", () => {
    if (run?.isKept) {
        download(`/-/runs/${run.id}/output?follow=0`);
    } else {
        const texts = store.blocks.map((block) => block.text);
        const address = URL.createObjectURL(new Blob([...texts, store.rest], { type: "text/plain" }));
        download(address);
        setTimeout(() => URL.revokeObjectURL(address), 60000);
    }
});

function download(address) {
    const link = document.createElement("a");
    link.href = address;
    link.download = `${run?.id ?? "output"}.txt`;
    link.click();
}

document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === "f" && event.target !== $("text")) { // a second time: the browser's
        event.preventDefault();
        $("text").select();
    } else if (isCommand && event.key === "a" && !isTyping) {
        event.preventDefault();
        view.selectAll();
    } else if (!isTyping && !isCommand && !event.altKey && event.key === "/") {
        event.preventDefault();
        $("text").select();
    } else if (!isTyping && event.key === "End") {
        view.follow(true);
    }
});

// What the address and the way here mean.

const [navigation] = performance.getEntriesByType("navigation");
const isMeant =
    settings.start === "now" &&
    navigation?.type === "navigate" &&
    !history.state?.hasRun &&
    !document.prerendering &&
    !document.wasDiscarded;

readAddress();
const id = RUN_PAGE.exec(location.pathname)?.[1];
if (id) {
    attach(id);
} else if (isMeant && !document.hidden) {
    runCommand();
} else {
    show("idle", "Not started");
    if (isMeant) { // a tab that was opened in the background waits till somebody looks
        document.addEventListener("visibilitychange", runCommand, { once: true });
    }
}
