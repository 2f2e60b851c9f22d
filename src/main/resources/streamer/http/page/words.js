// Figures in words.

/** A number of milliseconds in words: 850 ms, 12.3 s, 4 min 5 s, 3 h 20 min. */
export function duration(millis) {
    const seconds = Math.floor(millis / 1000);
    if (millis < 1000) {
        return `${millis} ms`;
    }
    if (seconds < 60) {
        return `${(millis / 1000).toFixed(1)} s`;
    }
    if (seconds < 3600) {
        return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    }
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** A number with its thousands apart. */
export function counted(number) {
    return number.toLocaleString("en");
}
