// What a terminal would show of one line: escapes taken out, colours told apart, the cursor's moves done.

import { PLAIN, select, sequence } from "./looks.js";

const LAST_COLUMN = 10000;
const MOST_JOINED = 32;
const TAB = 8;

const SPECIAL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/;
const MOVES = /[\r\b]|\x1b\[[0-?]*[@CDGKPX`a]/;

// Control sequence with its parameters and its final byte; a string of another kind, up to its end or the line's; another
// escape; what is left of one; a control character; text.
const TOKEN = new RegExp(
    [
        "\\x1b\\[([0-?]*)[ -/]*([@-~])",
        "\\x1b\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)?",
        "\\x1b[PX^_][^\\x1b]*(?:\\x1b\\\\)?",
        "\\x1b\\[[0-?]*[ -/]*$",
        "\\x1b[ -/]*[0-~]?",
        "[\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f]",
        "([^\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f]+)",
    ].join("|"),
    "g",
);

const JOINED = /^[\p{M}\u200d\ufe00-\ufe0f]$/u;
const WIDE =
    /^(?![\u1160-\u11ff\uff61-\uffdf])[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Yi}\p{Emoji_Presentation}\uff01-\uffe6]$/u;

/** Whether a line's text is more than its characters and looks. */
export function hasMoves(text) {
    return MOVES.test(text);
}

/**
 * The pieces of a line, each a text and its look.
 *
 * @param look the one that the line before has left
 */
export function pieces(text, look) {
    const line = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (!SPECIAL.test(line)) {
        return line ? [{ text: line, look }] : [];
    }
    return MOVES.test(line) ? new Cells(line, look).pieces() : straight(line, look);
}

/** The characters of a line. */
export function plain(text) {
    return pieces(text, PLAIN).map((piece) => piece.text).join("");
}

/** A shorter text that shows the same and leaves the cursor in the same place, for a line that is not finished. */
export function squeezed(text, look) {
    const cells = new Cells(text, look);
    const shown = cells.pieces().map((piece) => sequence(piece.look) + piece.text);
    return `${shown.join("")}\x1b[${cells.column + 1}G${sequence(cells.look)}`;
}

function straight(line, look) {
    const found = [];
    let now = look;
    for (const [, parameters, final, text] of line.matchAll(TOKEN)) {
        if (text) {
            push(found, text, now);
        } else if (final === "m") {
            now = select(now, parameters);
        }
    }
    return found;
}

function push(found, text, look) {
    const last = found[found.length - 1];
    if (last?.look.key === look.key) {
        last.text += text;
    } else {
        found.push({ text, look });
    }
}

/** A line of a terminal, by columns. */
class Cells {
    constructor(line, look) {
        this.cells = []; // a wide character has a second one without text
        this.column = 0;
        this.look = look;
        for (const [token, parameters, final, text] of line.matchAll(TOKEN)) {
            if (text) {
                this.write(text);
            } else if (token === "\r") {
                this.column = 0;
            } else if (token === "\b") {
                this.moveTo(this.column - 1);
            } else if (final === "m") {
                this.look = select(this.look, parameters);
            } else if (final) {
                this.control(final, parseInt(parameters, 10) || 0);
            }
        }
    }

    write(text) {
        for (const character of text) {
            if (character === "\t") {
                this.moveTo((Math.floor(this.column / TAB) + 1) * TAB);
            } else if (JOINED.test(character) && this.column > 0) {
                this.join(character);
            } else {
                this.put(character);
            }
        }
    }

    put(character) {
        const width = character > "\u10ff" && WIDE.test(character) ? 2 : 1;
        if (this.column + width > LAST_COLUMN) {
            return;
        }
        this.cells[this.column++] = { text: character, look: this.look };
        if (width === 2) {
            this.cells[this.column++] = { text: "", look: this.look };
        } else if (this.cells[this.column]?.text === "") {
            this.cells[this.column] = { text: " ", look: this.look };
        }
    }

    join(character) {
        const last = this.cells[this.column - 1]?.text === "" ? this.column - 2 : this.column - 1;
        if (this.cells[last]?.text.length < MOST_JOINED) {
            this.cells[last] = { ...this.cells[last], text: this.cells[last].text + character };
        }
    }

    moveTo(column) {
        this.column = Math.min(LAST_COLUMN, Math.max(0, column));
    }

    control(final, number) {
        const count = Math.min(LAST_COLUMN, number || 1);
        switch (final) {
            case "C":
            case "a":
                return this.moveTo(this.column + count);
            case "D":
                return this.moveTo(this.column - count);
            case "G":
            case "`":
                return this.moveTo(count - 1);
            case "K":
                return this.erase(number);
            case "X":
                return this.blank(this.column, this.column + count);
            case "P":
                this.cells.splice(this.column, count);
                return;
            case "@":
                if (this.column < this.cells.length) {
                    this.cells.length = Math.min(this.cells.length + count, LAST_COLUMN);
                    this.cells.copyWithin(this.column + count, this.column);
                    this.blank(this.column, this.column + count);
                }
        }
    }

    erase(kind) {
        if (kind === 1) {
            this.blank(0, this.column + 1);
        } else {
            this.cells.length = kind === 2 ? 0 : Math.min(this.cells.length, this.column);
        }
    }

    blank(from, to) {
        for (let i = from; i < Math.min(to, this.cells.length); i++) {
            this.cells[i] = undefined;
        }
    }

    pieces() {
        const found = [];
        for (let i = 0; i < this.cells.length; i++) {
            const cell = this.cells[i];
            push(found, cell ? cell.text : " ", cell ? cell.look : PLAIN);
        }
        return found;
    }
}
