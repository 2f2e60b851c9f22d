// How characters look: Select Graphic Rendition (ECMA-48, 8.3.117), with the colours of xterm.

const BOLD = 1;
const DIM = 2;
const ITALIC = 4;
const UNDERLINE = 8;
const INVERSE = 16;
const HIDDEN = 32;
const STRIKE = 64;
const OVERLINE = 128;
const CLASSES = ["bold", "dim", "italic", "underline", "", "hidden", "strike", "overline"]; // by bit

const ON = { 1: BOLD, 2: DIM, 3: ITALIC, 4: UNDERLINE, 7: INVERSE, 8: HIDDEN, 9: STRIKE, 21: UNDERLINE, 53: OVERLINE };
const OFF = { 22: BOLD | DIM, 23: ITALIC, 24: UNDERLINE, 27: INVERSE, 28: HIDDEN, 29: STRIKE, 55: OVERLINE };

// A look is never changed. Colours: null is the page's own, 0 to 15 one of the theme, "#rrggbb" itself.
export const PLAIN = look(null, null, 0);

const SEQUENCE = /\x1b\[([\d;:]*)m/g;
const MOST_KNOWN = 20000;
const known = new Map(); // what a look becomes by parameters

function look(fg, bg, flags) {
    return Object.freeze({ fg, bg, flags, key: `${fg}/${bg}/${flags}` });
}

/** The look after a sequence with these parameters. */
export function select(before, parameters) {
    const key = `${before.key} ${parameters}`;
    let after = known.get(key);
    if (!after) {
        if (known.size > MOST_KNOWN) {
            known.clear();
        }
        after = read(before, parameters);
        known.set(key, after);
    }
    return after;
}

/** The look after all sequences of a text. */
export function after(text, before) {
    // What stands before the last reset has no effect.
    const reset = Math.max(text.lastIndexOf("\x1b[0m"), text.lastIndexOf("\x1b[m"));
    let now = reset < 0 ? before : PLAIN;
    SEQUENCE.lastIndex = Math.max(0, reset);
    for (let found = SEQUENCE.exec(text); found; found = SEQUENCE.exec(text)) {
        now = select(now, found[1]);
    }
    return now;
}

function read(before, parameters) {
    let { fg, bg, flags } = before;
    const codes = parameters.split(";");
    for (let i = 0; i < codes.length; i++) {
        const [code, ...parts] = codes[i].split(":").map(Number);
        if (code === 38 || code === 48 || code === 58) {
            if (parts.length === 0) { // 38;5;N or 38;2;R;G;B
                const length = { 5: 2, 2: 4 }[codes[i + 1]] ?? 1;
                parts.push(...codes.slice(i + 1, i + 1 + length).map(Number));
                i += length;
            }
            const color = colorOf(parts);
            fg = code === 38 ? color : fg;
            bg = code === 48 ? color : bg;
        } else if (code === 0) {
            fg = bg = null;
            flags = 0;
        } else if (ON[code]) {
            flags = parts[0] === 0 ? flags & ~ON[code] : flags | ON[code]; // 4:0 is no underline
        } else if (OFF[code]) {
            flags &= ~OFF[code];
        } else if (code >= 30 && code <= 39) {
            fg = code === 39 ? null : code - 30;
        } else if (code >= 40 && code <= 49) {
            bg = code === 49 ? null : code - 40;
        } else if (code >= 90 && code <= 97) {
            fg = code - 82;
        } else if (code >= 100 && code <= 107) {
            bg = code - 92;
        }
    }
    return look(fg, bg, flags);
}

/** The colour of 5:N, 2:R:G:B, or 2:SPACE:R:G:B. */
function colorOf([kind, ...values]) {
    if (kind === 5) {
        return ofTable(values[0] & 255);
    }
    return kind === 2 ? hex(...values.slice(-3)) : null;
}

function ofTable(index) {
    if (index < 16) {
        return index;
    }
    if (index >= 232) {
        const gray = 8 + 10 * (index - 232);
        return hex(gray, gray, gray);
    }
    const level = (digit) => (digit === 0 ? 0 : 55 + 40 * digit);
    const place = index - 16;
    return hex(level(Math.floor(place / 36)), level(Math.floor(place / 6) % 6), level(place % 6));
}

function hex(...values) {
    return "#" + [0, 1, 2].map((i) => ((values[i] || 0) & 255).toString(16).padStart(2, "0")).join("");
}

/** The sequence that gives a look, whatever was before. */
export function sequence({ fg, bg, flags }) {
    const codes = [0];
    for (const [code, flag] of Object.entries(ON)) {
        if (flags & flag && code !== "21") {
            codes.push(code);
        }
    }
    for (const [code, color] of [[38, fg], [48, bg]]) {
        if (typeof color === "number") {
            codes.push(code, 5, color);
        } else if (color) {
            codes.push(code, 2, ...color.match(/\w\w/g).map((digits) => parseInt(digits, 16)));
        }
    }
    return `\x1b[${codes.join(";")}m`;
}

/** Gives an element a look. */
export function paint(element, { fg, bg, flags }) {
    let [text, ground] = [fg, bg];
    if (flags & INVERSE) {
        const isOnText = fg === null && typeof bg !== "string"; // where a colour of the theme may not be read
        [text, ground] = [isOnText ? "var(--ground)" : bg ?? "var(--ground)", fg ?? "var(--text)"];
    }
    if (typeof ground === "number" && typeof text !== "string") { // of the theme: for each there is one that can be read
        if (isGray(ground) && !isGray(text)) {
            ground = null;
        } else {
            text = "var(--ground)";
        }
    }
    element.className = CLASSES.filter((name, bit) => name && flags & (1 << bit)).join(" ");
    element.style.color = css(text);
    element.style.backgroundColor = css(ground);
}

/** Whether a colour of the theme is black, white, or none. */
function isGray(color) {
    return color % 8 % 7 === 0;
}

/** A colour for CSS; bright ones are those of the theme, which can be read. */
function css(color) {
    return typeof color === "number" ? `var(--${color & 7})` : color;
}
