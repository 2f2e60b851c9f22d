// The lines of a log: blocks of text with the places where their lines begin; the oldest go when there are too many.

import { PLAIN, after } from "./looks.js";
import { hasMoves, plain, squeezed } from "./line.js";

const BLOCK_CHARACTERS = 64 * 1024;
const SQUEEZE_CHARACTERS = 64 * 1024; // of a line that is not finished
const LONGEST_LINE = 8 * 1024 * 1024;

export class Store {
    /** A store without a line. Limits: lines, and characters. */
    constructor(mostLines, mostCharacters) {
        this.mostLines = mostLines;
        this.mostCharacters = mostCharacters;
        this.blocks = [];
        this.characters = 0; // of all blocks
        this.first = 0; // number of the oldest line that is here; the first of all is 0
        this.finished = 0; // number of finished lines that have come
        this.rest = ""; // the line that is not finished
        this.restHasMoves = false;
        this.squeezeAt = SQUEEZE_CHARACTERS;
        this.look = PLAIN; // before the rest
    }

    /** One more than the number of the last line. */
    get end() {
        return this.finished + (this.rest === "" ? 0 : 1);
    }

    /** Adds text. */
    add(text) {
        const length = text.lastIndexOf("\n") + 1;
        if (length > 0) {
            this.append(this.rest + text.slice(0, length));
            this.rest = "";
        }
        const part = text.slice(length);
        this.restHasMoves = (length === 0 && this.restHasMoves) || hasMoves(part);
        this.rest += part;
        if (length > 0) {
            this.squeezeAt = SQUEEZE_CHARACTERS;
        }
        if (this.rest.length > this.squeezeAt) {
            this.shorten();
            this.squeezeAt = Math.max(SQUEEZE_CHARACTERS, 2 * this.rest.length);
        }
        this.drop();
    }

    append(text) {
        let block = this.blocks[this.blocks.length - 1];
        if (!block || block.text.length + text.length > BLOCK_CHARACTERS) {
            block = { text: "", starts: [], first: this.finished, look: this.look, hasMoves: false };
            this.blocks.push(block);
        }
        const before = block.text.length;
        block.text += text;
        for (let at = 0; at < text.length; at = text.indexOf("\n", at) + 1) {
            block.starts.push(before + at);
            this.finished++;
        }
        this.characters += text.length;
        if (text.includes("\x1b") || text.includes("\r") || text.includes("\b")) {
            block.hasMoves ||= hasMoves(text.replaceAll("\r\n", "\n"));
            this.look = after(text, this.look);
        }
    }

    /** What is written over again and again, as by a progress bar, takes no more than what is seen of it. */
    shorten() {
        if (this.restHasMoves) {
            this.rest = squeezed(this.rest, this.look);
        }
        if (this.rest.length > LONGEST_LINE) {
            this.append(this.rest + "\n");
            this.rest = "";
        }
    }

    drop() {
        while (
            this.blocks.length > 1 &&
            (this.finished - this.first > this.mostLines || this.characters > this.mostCharacters)
        ) {
            const oldest = this.blocks.shift();
            this.first += oldest.starts.length;
            this.characters -= oldest.text.length;
        }
    }

    /** The place in all blocks of the one that has a line. */
    place(number) {
        let low = 0;
        let high = this.blocks.length - 1;
        while (low < high) {
            const middle = (low + high + 1) >> 1;
            if (this.blocks[middle].first <= number) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Lines from one number to before another: their number, text, and the look that they begin with. */
    *lines(from, to) {
        for (let i = this.place(from); i < this.blocks.length && this.blocks[i].first < to; i++) {
            const { text, starts, first, look } = this.blocks[i];
            const skipped = Math.max(0, from - first);
            if (skipped >= starts.length) {
                continue;
            }
            let now = skipped > 0 ? after(text.slice(0, starts[skipped]), look) : look;
            for (let k = skipped; k < starts.length && first + k < to; k++) {
                const line = text.slice(starts[k], (starts[k + 1] ?? text.length) - 1);
                yield { number: first + k, text: line, look: now };
                now = line.includes("\x1b") ? after(line, now) : now;
            }
        }
        if (this.rest !== "" && from <= this.finished && this.finished < to) {
            yield { number: this.finished, text: this.rest, look: this.look };
        }
    }

    /** The characters of lines, without what is not shown. */
    text(from, to) {
        const texts = [];
        for (const line of this.lines(Math.max(from, this.first), to)) {
            texts.push(plain(line.text));
        }
        return texts.join("\n");
    }

    /** How many rows of so many columns the lines take, about. */
    rows(columns) {
        let rows = 0;
        for (const block of this.blocks) {
            if (block.columns !== columns || block.counted !== block.starts.length) {
                block.columns = columns;
                block.counted = block.starts.length;
                block.rows = rowsOf(block, columns);
            }
            rows += block.rows;
        }
        return rows + Math.ceil(this.rest.length / columns);
    }
}

function rowsOf({ text, starts }, columns) {
    let rows = 0;
    for (let k = 0; k < starts.length; k++) {
        const length = (starts[k + 1] ?? text.length) - starts[k] - 1;
        rows += length <= columns ? 1 : Math.ceil(length / columns);
    }
    return rows;
}
