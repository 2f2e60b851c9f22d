package streamer;

import streamer.cli.Program;

/** The program's {@code main} class. */
public final class Streamer {
    private Streamer() {}

    /** Runs the program; the JVM exits with its exit code. */
    public static void main(String[] args) {
        System.exit(Program.execute(Rehearsal.isWanted() ? Rehearsal.begin() : args));
    }
}
