package streamer.cli;

import picocli.CommandLine.Option;

/** The flags that every program has. */
final class CommonOptions {
    @Option(
            names = {"-v", "--verbose"},
            description = "Log a line per step, and stack traces.")
    private boolean verbose;

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            description = "How log lines are written; json is one object a line. Default: text.")
    private Logging.LogFormat logFormat = Logging.LogFormat.TEXT;

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

    Logging.LogFormat logFormat() {
        return logFormat;
    }

    boolean isVerbose() {
        return verbose;
    }
}
