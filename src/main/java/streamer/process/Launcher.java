package streamer.process;

/**
 * Launches the process of a run.
 *
 * <p>Threads: any.
 */
public interface Launcher {
    /**
     * Launches the command; does not wait for its exit.
     *
     * @param run the run's id, which the process has in its environment as {@link ProcessTree#MARKER}
     * @throws LaunchException if no process was started
     */
    Launched launch(RunSpec spec, String run) throws LaunchException;

    /**
     * A launched process.
     *
     * @param child the process
     * @param pipe its standard output; to be closed by its reader
     */
    record Launched(Child child, OutputPipe pipe) {}
}
