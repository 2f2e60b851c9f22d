package streamer.cli;

import picocli.CommandLine.Option;

/** The flags that every program has. */
final class CommonOptions {
    @Option(
            names = {"-v", "--verbose"},
            description = "Log a line per step, and stack traces.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    @SuppressWarnings("UnusedVariable")
    private boolean version;

    boolean isVerbose() {
        return verbose;
    }
}
