package streamer;

import streamer.cli.ServeCommand;

/** Where the program begins. */
public final class Streamer {
    private Streamer() {}

    /** Runs the program and exits with its code. */
    public static void main(String[] args) {
        System.exit(ServeCommand.execute(Rehearsal.isWanted() ? Rehearsal.begin() : args));
    }
}
