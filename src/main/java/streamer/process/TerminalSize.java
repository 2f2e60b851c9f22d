package streamer.process;

/**
 * The size of a terminal.
 *
 * @param columns its width in characters
 * @param rows its height in lines
 */
public record TerminalSize(int columns, int rows) {}
