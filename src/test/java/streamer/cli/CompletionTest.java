package streamer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.NothingLeft;
import streamer.testing.Tool;

/** {@code streamer completion}, typed at the prompts of real shells, and the manual page, read by those who know. */
@ExtendWith(NothingLeft.class)
class CompletionTest {
    private static final String ONE_EACH = """
            streamer --stderr=me            | streamer --stderr=merge
            streamer --stderr me            | streamer --stderr merge
            streamer --keep-t               | streamer --keep-total
            streamer -vp 80 --keep-t        | streamer -vp 80 --keep-total
            streamer --tls-cert ce          | streamer --tls-cert cert.pem
            streamer --tls-cert=ce          | streamer --tls-cert=cert.pem
            streamer --cwd su               | streamer --cwd sub/
            streamer @ce                    | streamer @cert.pem
            streamer completion fi          | streamer completion fish
            streamer git cherry-pi          | streamer git cherry-pick
            streamer -- git cherry-pi       | streamer -- git cherry-pick
            streamer --tty git cherry-pi    | streamer --tty git cherry-pick
            streamer --port 80 -- ls ./ce   | streamer --port 80 -- ls ./cert.pem
            streamer cat --keep-t           | streamer cat --keep-t
            streamer probe --js             | streamer probe --json
            streamer probe -k --time        | streamer probe -k --timeout
            streamer probe --keep-t         | streamer probe --keep-t
            """;

    @TempDir
    private Path directory;

    private Path files = Path.of("");

    @BeforeEach
    void makeFiles() throws IOException {
        files = Files.createDirectory(directory.resolve("files"));
        Files.createFile(files.resolve("cert.pem"));
        Files.createDirectory(files.resolve("sub"));
    }

    private Path script(String shell) throws IOException {
        var out = new StringWriter();
        var code = Program.execute(
                List.of("completion", shell), Map.of(), new PrintWriter(out), new PrintWriter(Writer.nullWriter()));
        assertThat(code).isZero();
        return Files.writeString(directory.resolve(shell), out.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "fish", "zsh"})
    void eachFlagIsInEachScript(String shell) throws IOException {
        var script = Files.readString(script(shell));
        for (var flag : ServeCommand.commandLine(Map.of()).getCommandSpec().options()) {
            var name = flag.longestName();
            assertThat(script).contains(shell.equals("fish") ? " -l " + name.substring(2) + " " : name);
        }
        assertThat(script).doesNotContainPattern("@[a-z]+@");
    }

    @Test
    void aShellThatIsNotKnownIsSaid() {
        for (var arguments : List.of(List.of("completion"), List.of("completion", "ksh"))) {
            var err = new StringWriter();
            var code = Program.execute(
                    arguments, Map.of(), new PrintWriter(Writer.nullWriter()), new PrintWriter(err, true));
            assertThat(code).isEqualTo(2);
            assertThat(err.toString()).contains("one of bash, fish, zsh");
        }
    }

    @Tag("clients")
    @ParameterizedTest
    @CsvSource(textBlock = ONE_EACH, delimiter = '|')
    void bashCompletes(String typed, String completed) throws IOException {
        assertThat(typed("bash", typed)).isEqualTo(completed);
    }

    @Tag("clients")
    @ParameterizedTest
    @CsvSource(textBlock = ONE_EACH, delimiter = '|')
    void zshCompletes(String typed, String completed) throws IOException {
        assertThat(typed("zsh", typed).replaceFirst("=$", "")).isEqualTo(completed); // it waits for the value
    }

    private String typed(String shell, String line) throws IOException {
        var driver = Objects.requireNonNull(getClass().getResource("type.zsh")).getPath();
        var script = script(shell).toString();
        return Tool.run("timeout", "20", "zsh", "-f", driver, shell, script, files.toString(), line)
                .out()
                .strip();
    }

    @Tag("clients")
    @ParameterizedTest
    @CsvSource(textBlock = ONE_EACH, delimiter = '|')
    void fishCompletes(String typed, String completed) throws IOException {
        var proposed = proposals(typed);
        if (typed.equals(completed)) {
            assertThat(proposed).doesNotContain("--keep-total");
        } else {
            assertThat(proposed).contains(completed.substring(completed.lastIndexOf(' ') + 1));
        }
    }

    private List<String> proposals(String line) throws IOException {
        var command = "cd $argv[2]; source $argv[1]; complete -C $argv[3]";
        var tool = Tool.run(
                "env",
                "HOME=" + directory,
                "fish",
                "-c",
                command,
                script("fish").toString(),
                files.toString(),
                line);
        return tool.out().lines().map(one -> one.split("\t", 2)[0]).toList();
    }

    @Tag("clients")
    @Test
    void theScriptForBashIsClean() throws IOException {
        assertThat(Tool.run("shellcheck", "-s", "bash", script("bash").toString()))
                .isEqualTo(new Tool(0, ""));
    }

    @Test
    void theManualPageHasEachFlag() throws IOException {
        var page = ManualPage.complete(Files.readString(Path.of("src/dist/streamer.1")));
        for (var flag : ServeCommand.commandLine(Map.of()).getCommandSpec().options()) {
            assertThat(page).contains("\\fB" + flag.longestName().replace("-", "\\-") + "\\fR");
        }
        assertThat(page).doesNotContainPattern("@[a-z]+@");
    }

    @Tag("clients")
    @Test
    void theManualPageIsClean() throws IOException {
        var page = ManualPage.complete(Files.readString(Path.of("src/dist/streamer.1")));
        var file = Files.writeString(directory.resolve("streamer.1"), page).toString();
        assertThat(Tool.run("mandoc", "-Tlint", "-Wwarning", file)).isEqualTo(new Tool(0, ""));
        assertThat(Tool.run("groff", "-man", "-ww", "-z", "-Tutf8", file)).isEqualTo(new Tool(0, ""));
    }
}
