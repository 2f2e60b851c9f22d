package streamer.cli;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import streamer.format.Json;
import streamer.http.AccessLine;
import streamer.http.EndLine;
import streamer.http.LaunchLine;
import streamer.process.ErrorLine;

/** Logging configuration: levels and line formats, for our loggers and those of the libraries. */
final class Logging {
    private static final Logger ROOT = Logger.getLogger("");
    /** Strong references: the log manager holds only weak ones. */
    private static final List<Logger> LIBRARIES = Stream.of(
                    "io.undertow", "org.xnio", "org.jboss", "com.sun.jna", "javax.management", "redis.clients")
            .map(Logger::getLogger)
            .toList();

    private static final Logger LAUNCHES = Logger.getLogger(LaunchLine.LOGGER);

    private Logging() {}

    /** The format of a log line. */
    enum LogFormat {
        TEXT,
        JSON
    }

    /** Turns library logging off until it is configured; some log a greeting when loaded. */
    static void hush() {
        LIBRARIES.forEach(library -> library.setLevel(Level.OFF));
    }

    /** Sends all log lines to standard error; {@code verbose} adds debug lines and stack traces. */
    static void configure(LogFormat format, boolean verbose) {
        LogManager.getLogManager().reset();
        LIBRARIES.forEach(library -> library.setLevel(verbose ? Level.WARNING : Level.OFF));
        var isJournal = isJournal();
        var lines = format == LogFormat.JSON ? new JsonLine(verbose) : new TextLine(verbose, !isJournal);
        ROOT.addHandler(new LogWriter(isJournal ? new JournalLine(lines) : lines));
        ROOT.setLevel(verbose ? Level.FINE : Level.INFO);
        LAUNCHES.setLevel(verbose || format == LogFormat.JSON ? Level.INFO : Level.OFF);
    }

    /** Whether standard error goes to systemd's journal; {@code systemd.exec(5)}, JOURNAL_STREAM. */
    private static boolean isJournal() {
        var journal = System.getenv("JOURNAL_STREAM");
        if (journal == null) {
            return false;
        }
        try {
            var error = Files.readAttributes(Path.of("/proc/self/fd/2"), "unix:dev,ino");
            return journal.equals(error.get("dev") + ":" + error.get("ino"));
        } catch (IOException | RuntimeException e) { // another system
            return false;
        }
    }

    /** The access line of a record; null if it is another record. */
    private static @Nullable AccessLine access(LogRecord line) {
        return parameter(line) instanceof AccessLine access ? access : null;
    }

    private static @Nullable Object parameter(LogRecord line) {
        var parameters = line.getParameters();
        return parameters != null && parameters.length == 1 ? parameters[0] : null;
    }

    /** Time, level (none for INFO) and message; control characters are escaped, so that none reaches a terminal. */
    private static final class TextLine extends Formatter {
        private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\x80-\\x9f&&[^\\t]]");
        private final boolean withStackTraces;
        private final boolean withTime;

        TextLine(boolean withStackTraces, boolean withTime) {
            this.withStackTraces = withStackTraces;
            this.withTime = withTime;
        }

        @Override
        public String format(LogRecord line) {
            var level =
                    line.getLevel().equals(Level.INFO) ? "" : line.getLevel().getName() + " ";
            var access = access(line);
            var message = access == null ? escape(formatMessage(line)) : access.toString();
            var time = withTime ? line.getInstant().truncatedTo(ChronoUnit.SECONDS) + " " : "";
            var text = time + level + message + "\n";
            return line.getThrown() == null || !withStackTraces
                    ? text
                    : text
                            + stackTrace(line.getThrown())
                                    .lines()
                                    .map(TextLine::escape)
                                    .collect(joining("\n")) + "\n";
        }

        private static String escape(String text) {
            return CONTROL.matcher(text)
                    .replaceAll(found ->
                            String.format("\\\\x%02x", (int) found.group().charAt(0)));
        }
    }

    /** Lines that begin with their priority; {@code sd-daemon(3)}. */
    private static final class JournalLine extends Formatter {
        private final Formatter lines;

        JournalLine(Formatter lines) {
            this.lines = lines;
        }

        @Override
        public String format(LogRecord line) {
            var prefix = "<" + priority(line.getLevel().intValue()) + ">";
            return lines.format(line).lines().map(text -> prefix + text + "\n").collect(joining());
        }

        private static int priority(int level) {
            if (level >= Level.SEVERE.intValue()) {
                return 3;
            } else if (level >= Level.WARNING.intValue()) {
                return 4;
            }
            return level >= Level.INFO.intValue() ? 6 : 7;
        }
    }

    /** One JSON object (RFC 8259) a line, in ASCII. */
    private static final class JsonLine extends Formatter {
        private static final Pattern RUN = Pattern.compile("run (\\p{XDigit}+): .*", Pattern.DOTALL);

        private final boolean withStackTraces;

        JsonLine(boolean withStackTraces) {
            this.withStackTraces = withStackTraces;
        }

        @Override
        public String format(LogRecord line) {
            var fields = new LinkedHashMap<String, @Nullable Object>();
            fields.put("time", line.getInstant());
            fields.put("level", line.getLevel().getName());
            var access = access(line);
            if (access != null) {
                put(access, fields);
            } else if (parameter(line) instanceof ErrorLine error) {
                fields.put("stderr", error.text());
                fields.put("run", error.run());
            } else if (parameter(line) instanceof LaunchLine launch) {
                fields.put("message", "launched");
                fields.put("client", launch.client());
                fields.put("method", launch.method());
                fields.put("path", launch.path());
                fields.put("run", launch.run());
            } else if (parameter(line) instanceof EndLine end) {
                fields.put("message", "ended");
                fields.put("bytes", end.bytes());
                fields.put("seconds", end.seconds());
                put(end.run(), fields);
            } else {
                var message = formatMessage(line);
                var run = RUN.matcher(message);
                fields.put("message", message);
                fields.put("run", run.matches() ? run.group(1) : null);
            }
            if (line.getThrown() != null && withStackTraces) {
                fields.put("trace", stackTrace(line.getThrown()));
            }
            fields.values().removeIf(Objects::isNull);
            return Json.object(fields) + "\n";
        }

        private static void put(AccessLine access, Map<String, @Nullable Object> fields) {
            fields.put("client", access.client());
            fields.put("user", access.user());
            fields.put("method", access.method());
            fields.put("path", access.path());
            fields.put("status", access.status());
            fields.put("bytes", access.bytes());
            fields.put("seconds", access.seconds());
            var run = access.run();
            if (run != null) {
                put(run, fields);
            }
            fields.put("why", access.why());
            fields.put("reason", access.reason());
        }

        private static void put(AccessLine.RunPart run, Map<String, @Nullable Object> fields) {
            fields.put("exit", run.exit());
            fields.put("ended", run.ended());
            fields.put("run", run.id());
        }
    }

    private static String stackTrace(Throwable thrown) {
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
