package streamer.run;

/** Brings a run's process to life. */
interface Launcher {
    /**
     * Launches the command, calls {@code started}, and returns when that has returned.
     *
     * @throws LaunchException when there is no process to start with
     */
    void execute(RunSpec spec, Started started) throws LaunchException;

    /** What happens while the process lives. */
    interface Started {
        /** The process is there. On the thread that launched it; the pipe is closed after that. */
        void with(Child child, OutputPipe pipe);
    }
}
