package streamer.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import streamer.testing.StreamClient.End;

/**
 * Fault injection into the program, while an uninvolved ("innocent") client reads a stream that must go on.
 * {@code /say} writes {@code hi}; {@code /hold} writes {@code held} and does not exit; a test may add paths.
 */
public final class ProgramSiege implements AutoCloseable {
    private static final String CASES =
            "case $PATH_INFO in /innocent) exec \"$@\";; /say) echo hi;;" + " /hold) echo held; exec sleep 1000;; ";

    private final Puppet puppet = new Puppet();
    private final String marker = "SIEGE=" + puppet.command().get(4);
    private final Program program;
    private final StreamClient innocent;
    private int lines;

    /** Begins by {@code bin/streamer}; {@code prelude} is what a shell does before it becomes that. */
    public static ProgramSiege of(Path directory, String prelude, String cases, String... options) throws IOException {
        var start = prelude + "exec '" + Path.of("bin/streamer").toAbsolutePath() + "' \"$@\"";
        return new ProgramSiege(directory, start, cases, options);
    }

    /**
     * Begins; the innocent stream is under way when this returns.
     *
     * @param start the shell script that becomes the program
     * @param cases more paths: {@code /path) commands;;}
     */
    public ProgramSiege(Path directory, String start, String cases, String... options) throws IOException {
        var script = Files.writeString(directory.resolve("start"), "#!/bin/sh\n" + start + "\n");
        assertThat(script.toFile().setExecutable(true, false)).isTrue();
        var arguments = new ArrayList<>(List.of("--path", "/*", "--drain", "200ms", "--env", marker));
        arguments.addAll(List.of(options));
        arguments.add("--");
        arguments.addAll(Commands.sh(CASES + cases + " esac", puppet.command().toArray(String[]::new)));
        program = Program.start(directory, Map.of(), script, arguments.toArray(String[]::new));
        innocent = begin();
        assertUnharmed();
    }

    private StreamClient begin() throws IOException {
        try {
            return program.get("/innocent");
        } catch (IOException e) {
            program.close();
            throw e;
        }
    }

    /** What is in trouble. */
    public Program program() {
        return program;
    }

    /** The innocent stream goes on. */
    public void assertUnharmed() throws IOException {
        lines++;
        puppet.tell("echo " + lines);
        assertThat(innocent.piece()).isEqualTo(lines + "\n");
    }

    /** A new request works, at once or soon after. */
    public void assertRecovers() throws IOException {
        Wait.until("a new run works", () -> {
            try (var client = program.get("/say")) {
                return client.status() == 200 && client.text().equals("hi\n");
            }
        });
        assertUnharmed();
    }

    /** Waits until nothing runs any more of what requests have started, but the innocent. */
    public void awaitNothingElseRuns() {
        Wait.within(
                Wait.LONG,
                () -> "only one is left: " + running(),
                () -> running().size() == 1);
    }

    private List<String> running() {
        try (var processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> read(process.resolve("environ")).contains(marker))
                    .map(process -> process.getFileName() + " " + read(process.resolve("cmdline")))
                    .collect(Collectors.toList());
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    /** Ends the program by a signal in the midst of it all: in time, with its code, and nothing is left. */
    public void end(String signal, int code) throws IOException {
        var start = System.nanoTime();
        program.signal(signal);
        assertThat(program.exitCode()).isEqualTo(code);
        assertThat(System.nanoTime() - start).as("nanoseconds to the end").isLessThan(10_000_000_000L);
        Wait.within(
                Wait.LONG,
                () -> "nothing is left: " + running(),
                () -> running().isEmpty());
        assertThat(complaints()).isEmpty();
    }

    private List<String> complaints() throws IOException {
        return Stream.of(program.err().split("\n"))
                .filter(line -> line.matches(".* (ERROR|SEVERE) .*|\\s+at .*"))
                .toList();
    }

    @Override
    public void close() throws IOException {
        try (puppet;
                program;
                innocent) {
            innocent.reset();
        }
    }

    /** The innocent stream has lost nothing, and the program ends as it should. */
    public void lift() throws IOException {
        assertRecovers();
        awaitNothingElseRuns();
        puppet.tell("exit 0");
        assertThat(innocent.text()).isEmpty();
        assertThat(innocent.end()).isEqualTo(End.CLEAN);
        end("TERM", 143);
    }
}
