package streamer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import streamer.format.Json;
import streamer.probe.Address;
import streamer.probe.Head.Field;
import streamer.probe.Picture;
import streamer.probe.Probe;
import streamer.probe.Settings;

/** {@code streamer probe [options] URL}: finds what holds a stream on its way from there. */
@Command(
        name = "streamer probe",
        sortOptions = false,
        customSynopsis = "streamer probe [options] URL",
        synopsisHeading = "Usage: ",
        description = "Finds what holds a stream on its way from URL to here, and names the cure.%n",
        footer = {"", "Exit codes: 0 live, 1 held or broken off, 2 usage, 3 there is nothing to judge."})
final class ProbeCommand implements Callable<Integer> {
    /** The word that chooses it. */
    static final String NAME = "probe";

    private static final int LIVE = 0;
    private static final int HELD = 1;
    private static final int NOTHING = 3;
    private static final Pattern FIELD = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([^\\p{Cntrl}]*)");

    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME:VALUE",
            description = "A header of each request, like 'Authorization: Bearer …'; repeatable.")
    private List<Field> headers = new ArrayList<>();

    @Option(
            names = {"-k", "--insecure"},
            description = "Accept any certificate.")
    private boolean insecure;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "How long an answer may take to come, or to go on. Default: 10s.")
    private Duration timeout = Duration.ofSeconds(10);

    @Option(names = "--json", description = "Print one object of JSON at the end, and nothing else.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Parameters(paramLabel = "URL", description = "An address of streamer, or of any stream, which is asked for twice.")
    private String url = "";

    private ProbeCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    static CommandLine commandLine(Map<String, String> environment) {
        var line = new CommandLine(new ProbeCommand(environment))
                .setExpandAtFiles(false)
                .registerConverter(Field.class, ProbeCommand::field)
                .registerConverter(Duration.class, new TimeConverter());
        line.getCommandSpec().usageMessage().autoWidth(true);
        return line;
    }

    static int execute(List<String> arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        var line = commandLine(environment).setOut(out).setErr(err);
        var errors = new ErrorHandler(new EnvironmentFlags(line.getCommandSpec(), Map.of()));
        line.setParameterExceptionHandler(errors).setExecutionExceptionHandler(errors);
        return line.execute(arguments.toArray(String[]::new));
    }

    /** A header (RFC 9110, 5.1 and 5.5). */
    private static Field field(String text) {
        var parts = FIELD.matcher(text);
        if (!parts.matches()) {
            throw new TypeConversionException("'" + text + "' is not a header like NAME:VALUE");
        }
        return new Field(parts.group(1), parts.group(2));
    }

    @Override
    public Integer call() {
        var command = spec.commandLine();
        var terminal = Terminal.of(environment);
        var text = new ProbeText(new Picture(terminal.columns(), terminal.hasColour()), command.getOut());
        var probe = new Probe(address(), settings(), json ? ProbeText.NONE : text);
        try {
            var report = probe.run();
            if (json) {
                command.getOut().println(Json.object(ProbeFields.of(report)));
            } else {
                text.end(report);
            }
            return switch (report.verdict().outcome()) {
                case LIVE -> LIVE;
                case HELD, BROKEN -> HELD;
                case UNKNOWN -> NOTHING;
            };
        } catch (IOException e) {
            return ErrorHandler.say(command.getErr(), String.valueOf(e.getMessage()), NOTHING);
        } catch (RuntimeException e) { // a fault of the probe's is no verdict, which 1 would be
            return ErrorHandler.say(command.getErr(), "the probe has failed: " + e, NOTHING);
        }
    }

    private Address address() {
        try {
            return Address.of(url);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private Settings settings() {
        TimeConverter.positive("--timeout", timeout);
        return new Settings(headers, insecure, timeout);
    }
}
