package streamer.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.process.LaunchException.Kind;

class ExecutableTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void makeFiles() throws IOException {
        assertThat(Files.createFile(directory.resolve("job")).toFile().setExecutable(true))
                .isTrue();
        Files.createFile(directory.resolve("text"));
        Files.createDirectory(directory.resolve("folder"));
        var script = Files.writeString(directory.resolve("script"), "#! /no/such/interpreter -x\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void isSearchedInThePathOfTheChild() throws Exception {
        assertThat(Executable.find("job", "/nowhere:" + directory, null)).isEqualTo(directory + "/job");
        assertThatThrownBy(() -> Executable.find("job", "/nowhere", null)).isInstanceOf(LaunchException.class);
    }

    @Test
    void isRelativeToTheDirectoryOfTheChild() throws Exception {
        assertThat(Executable.find("./job", "/nowhere", directory)).isEqualTo("./job");
        assertThat(Executable.find("job", "", directory)).isEqualTo("./job");
    }

    @Test
    void saysWhetherItIsMissingOrCannotBeExecuted() {
        assertKind("none", Kind.NOT_FOUND);
        assertKind("./none", Kind.NOT_FOUND);
        assertKind("text", Kind.NOT_EXECUTABLE);
        assertKind("./text", Kind.NOT_EXECUTABLE);
        assertKind("./folder", Kind.NOT_EXECUTABLE);
        assertKind("", Kind.NOT_FOUND);
        assertKind(directory + "/", Kind.NOT_EXECUTABLE);
        assertKind("script", Kind.NOT_EXECUTABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"#!/bin/sh\r\necho\r\n", "#!/bin/sh -e\r\n", "#! /usr/bin/env sh\r", "#!/bin/sh\r"})
    void saysThatAScriptHasWindowsLineEnds(String text) throws IOException {
        assertFails(script(text), "/text: has Windows line ends; tr -d '\\r' removes them");
    }

    @Test
    void takesScriptsThatTheirInterpretersTake() throws Exception {
        for (var text :
                List.of("#!/bin/sh\necho\r\n", "#!/usr/bin/env -S perl -w\r\n", "#!/usr/bin/env sh \n", "echo\r\n")) {
            var script = script(text);
            assertThat(Executable.find(script, "/usr/bin:/bin", null)).isEqualTo(script);
        }
    }

    @Test
    void saysThatAnInterpreterIsNotInThePath() throws IOException {
        assertFails(script("#!/usr/bin/env job\n"), "/text: its interpreter job cannot be executed");
    }

    private String script(String text) throws IOException {
        var script = Files.writeString(directory.resolve("text"), text);
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script.toString();
    }

    @Test
    void saysWhatWasMeant() {
        assertFails("ls -la", "ls -la: command not found; it is started without a shell: write -- ls -la");
        assertFails("ls | wc", "; it is started without a shell: write -- sh -c 'ls | wc'");
        assertFails("echo '$A' x", "write -- sh -c 'echo '\\''$A'\\'' x'");
        assertFails("A=1 job", "write -- sh -c 'A=1 job'");
        assertFails("job", "job: command not found; did you mean ./job?");
        assertFails("text", "text: command not found; did you mean ./text?");
        assertFails("none", "none: command not found");
        assertFails("folder", "folder: command not found");
        assertFails(" ", "' ': command not found");
    }

    private void assertFails(String word, String message) {
        assertThatThrownBy(() -> Executable.find(word, "/usr/bin:/bin", directory))
                .isInstanceOf(LaunchException.class)
                .hasMessageEndingWith(message);
    }

    private void assertKind(String word, Kind kind) {
        assertThatThrownBy(() -> Executable.find(word, directory.toString(), directory))
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
