// Finds a text in all lines of a store, some at a time, also in those that come later.

import { plain } from "./line.js";

const SLICE_MILLIS = 25;
const LOOK = "\\x1b\\[[\\d;:]*m";
const ONE_LOOK = new RegExp(LOOK, "y");

export class Finder {
    /** Looks for a text, in either case unless it has capitals. */
    constructor(store, query) {
        this.store = store;
        const flags = query === query.toLowerCase() ? "gi" : "g";
        const letters = [...query].map((letter) => letter.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
        this.shown = new RegExp(letters.join(""), flags);
        this.stored = new RegExp(letters.join(`(?:${LOOK})*`), flags);
        this.lines = []; // numbers of those that have it
        this.next = store.first; // the first that has not been looked at
    }

    /** Looks on for a while; whether all finished lines have been looked at. */
    look() {
        const until = performance.now() + SLICE_MILLIS;
        while (this.next < this.store.finished) {
            this.next = Math.max(this.next, this.store.first);
            const block = this.store.blocks[this.store.place(this.next)];
            if (block.hasMoves) {
                this.lookAtLines(block);
            } else {
                this.lookAtBlock(block);
            }
            this.next = block.first + block.starts.length;
            if (performance.now() > until) {
                return this.next >= this.store.finished;
            }
        }
        return true;
    }

    lookAtLines(block) {
        for (const { number, text } of this.store.lines(this.next, block.first + block.starts.length)) {
            if (this.isShown(text)) {
                this.lines.push(number);
            }
        }
    }

    isShown(text) {
        this.shown.lastIndex = 0;
        return this.shown.test(plain(text));
    }

    lookAtBlock({ text, starts, first }) {
        let line = this.next - first;
        this.stored.lastIndex = starts[line];
        for (let found = this.stored.exec(text); found; found = this.stored.exec(text)) {
            while (line + 1 < starts.length && starts[line + 1] <= found.index) {
                line++;
            }
            const end = (starts[line + 1] ?? text.length) - 1;
            const whole = text.slice(starts[line], end);
            if (isOutside(whole, found.index - starts[line]) || this.isShown(whole)) {
                this.lines.push(first + line);
            }
            if (line + 1 >= starts.length) {
                return;
            }
            this.stored.lastIndex = starts[line + 1];
        }
    }

    /** The places of the text in a line as it is shown: from, to. */
    marks(shown) {
        return [...shown.matchAll(this.shown)].map((found) => [found.index, found.index + found[0].length]);
    }

    /** How many of the lines found are before this one. */
    before(number) {
        let low = 0;
        let high = this.lines.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.lines[middle] < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}

/** Whether a place of a line is in no escape, as is seen at once; else it may be in one. */
function isOutside(line, place) {
    const escape = line.lastIndexOf("\x1b", place);
    ONE_LOOK.lastIndex = escape;
    return escape < 0 || (ONE_LOOK.test(line) && ONE_LOOK.lastIndex <= place);
}
