// A view of a store's lines: only those that can be seen are elements. Their place is a share of the whole: at the top
// of the scroll bar the first line is at the top, at its bottom the last is at the bottom, whatever heights they have.

import { paint } from "./looks.js";
import { hasMoves, pieces } from "./line.js";
import { counted } from "./words.js";

const MOST_PIXELS = 16000000; // higher elements collapse in Firefox
const MORE_LINES = 12; // above and below those that can be seen
const LONGEST_SHOWN = 8000; // characters of a line
const LONGEST_READ = 64 * 1024;
const LINK = /https?:\/\/[^\s<>"'`\x00-\x1f]*[^\s<>"'`\x00-\x1f.,;:!?)\]}]/g;

export class View {
    /**
     * A view.
     *
     * @param scroller the element that scrolls; in it is one as high as all lines, in that a list of those drawn
     * @param followed called with whether it follows the end, when that changes
     */
    constructor(scroller, store, followed) {
        this.scroller = scroller;
        this.height = scroller.firstElementChild;
        this.list = this.height.firstElementChild;
        this.followed = followed;
        this.isFollowing = true;
        this.wraps = false;
        this.finder = null;
        this.hit = -1; // the line that was found
        this.marked = [-1, -1]; // lines from, to
        this.isDue = false;
        this.lastTop = 0;
        this.drawn = []; // called after each drawing
        this.reset(store);
        scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
        document.addEventListener("copy", (event) => this.copy(event));
        new ResizeObserver(() => this.measure()).observe(scroller);
    }

    /** Shows another store. */
    reset(store) {
        this.store = store;
        this.rows = new Map(); // elements by line number
        this.least = 0; // pixels that the lines take
        this.list.replaceChildren();
        this.measure();
    }

    measure() {
        const row = document.createElement("li");
        row.textContent = "0".repeat(100);
        row.className = "measured";
        this.list.append(row);
        const { width, height } = row.getBoundingClientRect();
        row.remove();
        this.lineHeight = height || 18;
        this.columns = Math.max(20, Math.floor(((this.scroller.clientWidth || 800) / (width / 100 || 8)) - 10));
        this.changed();
    }

    /** There is something new to be drawn. */
    changed() {
        if (!this.isDue) {
            this.isDue = true;
            requestAnimationFrame(() => {
                this.isDue = false;
                this.draw();
            });
        }
    }

    /** All elements are made anew. */
    restyled() {
        this.rows.forEach((row) => row.remove());
        this.rows.clear();
        this.least = 0;
        this.changed();
    }

    wrap(wraps) {
        this.wraps = wraps;
        this.list.classList.toggle("wraps", wraps);
        this.restyled();
    }

    find(finder) {
        this.finder = finder;
        this.hit = -1;
        this.restyled();
    }

    mark(from, to) {
        this.marked = [from, to];
        this.restyled();
    }

    follow(follows) {
        if (follows !== this.isFollowing) {
            this.isFollowing = follows;
            this.followed(follows);
        }
        this.changed();
    }

    /** Scrolls to a line, so that there are lines around it. */
    goTo(number) {
        this.follow(false);
        this.resize();
        const seen = this.scroller.clientHeight / this.lineHeight;
        const share = (number - this.store.first + 0.5 - seen / 2) / Math.max(1, this.store.end - this.store.first - seen);
        this.scroller.scrollTop = Math.min(1, Math.max(0, share)) * this.range();
        this.lastTop = this.scroller.scrollTop;
        this.changed();
    }

    range() {
        return this.scroller.scrollHeight - this.scroller.clientHeight;
    }

    scrolled() {
        const { scrollTop } = this.scroller;
        const isAtEnd = scrollTop >= this.range() - 2; // also where there is less to scroll than before
        if (scrollTop < this.lastTop - 1 && !isAtEnd) {
            this.follow(false);
        } else if (!this.isFollowing && scrollTop > this.lastTop && isAtEnd) {
            this.follow(true);
        }
        this.lastTop = scrollTop;
        this.changed();
    }

    resize() {
        const rows = this.wraps ? this.store.rows(this.columns) : this.store.end - this.store.first;
        const pixels = Math.min(MOST_PIXELS, Math.max(this.least, Math.ceil(rows * this.lineHeight)));
        if (pixels !== this.pixels) {
            this.pixels = pixels;
            this.height.style.height = `${pixels}px`;
        }
    }

    draw() {
        this.resize();
        const range = this.range();
        if (this.isFollowing && range > 0) {
            this.scroller.scrollTop = range;
            this.lastTop = this.scroller.scrollTop;
        }
        const { clientHeight } = this.scroller;
        const top = this.scroller.scrollTop;
        const share = range > 0 ? Math.min(1, top / range) : 0;
        const { first, end } = this.store;
        const place = first + share * (end - first); // this line is where its share of the window is
        const anchor = Math.max(first, Math.min(Math.floor(place), end - 1));
        const from = Math.max(first, anchor - Math.ceil((share * clientHeight) / this.lineHeight) - MORE_LINES);
        const to = Math.min(end, anchor + Math.ceil(((1 - share) * clientHeight) / this.lineHeight) + MORE_LINES);
        this.show(from, to);
        this.grow(from === first && to === end ? this.list.offsetHeight : 0);
        const row = this.rows.get(anchor);
        if (row) {
            const within = row.offsetTop + (place - anchor) * row.offsetHeight;
            this.list.style.transform = `translateY(${Math.max(0, top + share * clientHeight - within)}px)`;
        }
        this.drawn.forEach((call) => call());
    }

    /** Wrapped lines may be higher than they seemed; where all are drawn that is known. */
    grow(least) {
        if (this.wraps && least > this.least) {
            this.least = least;
            this.changed();
        }
    }

    /** Makes the list's elements those of these lines; those that are there already stay, with what is selected. */
    show(from, to) {
        const selected = this.selectedRows();
        for (const [number, row] of this.rows) {
            const isOver = number < from || number >= to || row.isOpen;
            if (isOver) {
                if (selected.includes(row) && !row.isOpen) {
                    row.classList.add("away");
                } else {
                    row.remove();
                    this.rows.delete(number);
                }
            } else {
                row.classList.remove("away");
            }
        }
        let next = this.list.firstChild;
        for (const line of this.store.lines(from, to)) {
            while (next?.classList.contains("away")) {
                next = next.nextSibling;
            }
            const row = this.rows.get(line.number);
            if (row && row === next) {
                next = row.nextSibling;
            } else {
                const made = row ?? this.row(line);
                this.rows.set(line.number, made);
                this.list.insertBefore(made, next);
            }
        }
    }

    selectedRows() {
        const { anchorNode, focusNode } = getSelection();
        return [rowOf(anchorNode), rowOf(focusNode)];
    }

    row({ number, text, look }) {
        const row = document.createElement("li");
        row.number = number;
        row.isOpen = number >= this.store.finished;
        const link = document.createElement("a");
        link.className = "number";
        link.href = `#L${number + 1}`;
        link.textContent = number + 1;
        link.tabIndex = -1;
        const body = document.createElement("span");
        body.className = "text";
        const isLong = text.length > LONGEST_READ && !hasMoves(text.slice(0, LONGEST_READ));
        this.fill(body, pieces(isLong ? text.slice(0, LONGEST_READ) : text, look), isLong ? text.length : 0);
        row.append(link, body);
        row.classList.toggle("hit", number === this.hit);
        row.classList.toggle("marked", number >= this.marked[0] && number <= this.marked[1]);
        return row;
    }

    fill(body, found, length) {
        const shown = found.map((piece) => piece.text).join("");
        const marks = this.finder ? this.finder.marks(shown.slice(0, LONGEST_SHOWN)) : [];
        const links = shown.includes("://") ? [...shown.slice(0, LONGEST_SHOWN).matchAll(LINK)].map(placeOfLink) : [];
        const edges = [...links, ...marks].flat().sort((a, b) => a - b);
        let [at, link, mark, edge] = [0, 0, 0, 0];
        for (const { text, look } of found) {
            const end = Math.min(LONGEST_SHOWN, at + text.length);
            while (at < end) {
                while (links[link]?.[1] <= at) link++;
                while (marks[mark]?.[1] <= at) mark++;
                while (edges[edge] <= at) edge++;
                const next = Math.min(end, edges[edge] ?? end);
                const address = links[link]?.[0] <= at && shown.slice(...links[link]);
                body.append(element(shown.slice(at, next), look, address, marks[mark]?.[0] <= at));
                at = next;
            }
        }
        if (shown.length > LONGEST_SHOWN) {
            const more = document.createElement("em");
            const count = Math.max(length, shown.length) - LONGEST_SHOWN;
            more.textContent = ` … ${counted(count)} more characters`;
            body.append(more);
        }
    }

    /** What is selected, also where its lines are not elements any more; else the lines that are marked. */
    copy(event) {
        const selection = getSelection();
        const text = selection.isCollapsed ? this.markedText() : this.selectedText(selection);
        if (text !== null && !document.activeElement?.matches("input:not([type=checkbox])")) {
            event.clipboardData.setData("text/plain", text);
            event.preventDefault();
        }
    }

    markedText() {
        return this.marked[0] < 0 ? null : this.store.text(this.marked[0], this.marked[1] + 1);
    }

    selectedText(selection) {
        if (this.isAllSelected) {
            return this.store.text(this.store.first, this.store.end);
        }
        const ends = [
            [selection.anchorNode, selection.anchorOffset],
            [selection.focusNode, selection.focusOffset],
        ].map(([node, offset]) => placeOf(node, offset));
        if (ends.includes(null)) {
            return null;
        }
        const [from, to] = ends.sort((a, b) => a.line - b.line || a.column - b.column);
        const lines = this.store.text(from.line, to.line + 1).split("\n");
        lines[lines.length - 1] = lines[lines.length - 1].slice(0, to.column);
        lines[0] = lines[0].slice(from.column);
        return lines.join("\n");
    }

    /** Selects all lines, also those that are no elements. */
    selectAll() {
        getSelection().selectAllChildren(this.list);
        this.isAllSelected = true;
        setTimeout(() => {
            document.addEventListener("selectionchange", () => (this.isAllSelected = false), { once: true });
        });
    }
}

/** From, to; with a closing bracket that was opened within. */
function placeOfLink({ 0: text, index, input }) {
    const end = index + text.length;
    return [index, input[end] === ")" && text.includes("(") && !text.includes(")") ? end + 1 : end];
}

function element(text, look, link, mark) {
    let made = document.createTextNode(text);
    if (link) {
        const anchor = document.createElement("a");
        anchor.href = link;
        anchor.target = "_blank";
        anchor.rel = "noopener noreferrer nofollow";
        anchor.append(made);
        made = anchor;
    }
    if (mark) {
        const marked = document.createElement("mark");
        marked.append(made);
        made = marked;
    }
    if (look.fg !== null || look.bg !== null || look.flags) {
        const span = document.createElement("span");
        paint(span, look);
        span.append(made);
        made = span;
    }
    return made;
}

function rowOf(node) {
    const start = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    return start?.closest?.("#lines > li") ?? null;
}

/** The line and the column of a place in the document; null if it is in no line. */
function placeOf(node, offset) {
    const row = rowOf(node);
    const body = row?.querySelector(".text");
    if (!body) {
        return null;
    }
    const range = document.createRange();
    range.setStart(body, 0);
    if (body.contains(node)) {
        range.setEnd(node, offset);
    }
    return { line: row.number, column: body.contains(node) ? range.toString().length : 0 };
}

