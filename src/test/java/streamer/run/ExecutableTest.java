package streamer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import streamer.run.LaunchException.Kind;

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

    private void assertKind(String word, Kind kind) {
        assertThatThrownBy(() -> Executable.find(word, directory.toString(), directory))
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
