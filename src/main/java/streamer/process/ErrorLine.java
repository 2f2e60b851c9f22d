package streamer.process;

/**
 * A line that a command has written to its standard error.
 *
 * @param run the id of its run
 * @param text the line
 */
public record ErrorLine(String run, String text) {
    @Override
    public String toString() {
        return "run " + run + ": " + text;
    }
}
