package streamer.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** How log lines look, ours and those of the libraries: a time, a level unless it is a plain line, and the message. */
final class Logging {
    private static final Logger ROOT = Logger.getLogger("");
    /** Held here, since the log manager holds them weakly. */
    private static final List<Logger> LIBRARIES =
            List.of(Logger.getLogger("io.undertow"), Logger.getLogger("org.xnio"), Logger.getLogger("org.jboss"));

    private Logging() {}

    /** Sends all log lines to standard error; {@code verbose} adds those of each step, and stack traces. */
    static void configure(boolean verbose) {
        LogManager.getLogManager().reset();
        var handler = new ConsoleHandler();
        handler.setLevel(Level.ALL);
        handler.setFormatter(new Line(verbose));
        ROOT.addHandler(handler);
        ROOT.setLevel(verbose ? Level.FINE : Level.INFO);
        LIBRARIES.forEach(library -> library.setLevel(verbose ? Level.WARNING : Level.OFF));
    }

    private static final class Line extends Formatter {
        private final boolean withStackTraces;

        Line(boolean withStackTraces) {
            this.withStackTraces = withStackTraces;
        }

        @Override
        public String format(LogRecord line) {
            var level =
                    line.getLevel().equals(Level.INFO) ? "" : line.getLevel().getName() + " ";
            var text = line.getInstant().truncatedTo(ChronoUnit.SECONDS) + " " + level + formatMessage(line) + "\n";
            return line.getThrown() != null && withStackTraces ? text + stackTrace(line.getThrown()) : text;
        }

        private static String stackTrace(Throwable thrown) {
            var text = new StringWriter();
            thrown.printStackTrace(new PrintWriter(text, true));
            return text.toString();
        }
    }
}
