package streamer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import streamer.testing.NothingLeft;
import streamer.testing.Program;
import streamer.testing.Tool;

/** {@code bin/streamer}: how it builds and records, and what it gives to Java. */
@ExtendWith(NothingLeft.class)
class StartIT {
    @TempDir
    private Path directory;

    /** The JDK launches then, without a word. */
    @Test
    void itsNativeLibraryMayBeMissing() throws IOException {
        var options = "-Djna.boot.library.path=/nowhere -Djna.nounpack=true -Djna.nosys=true";
        try (var program = Program.start(
                        directory, Map.of("JAVA_OPTS", options), Path.of("bin/streamer"), "sh", "-c", "exit 7");
                var client = program.get("/")) {
            assertThat(client.header("Streamer-Exit-Code")).isEqualTo("7");
            assertThat(program.err().lines()).hasSizeLessThan(2).allMatch(line -> line.contains("exit=7"));
        }
    }

    @Test
    void aStartIsRecordedForThisJarAtThisPlace() throws IOException {
        var here = copy();
        assertStartsWithRecording(here);
        assertStartsWithRecording(Files.move(here, directory.resolve("there")));
    }

    /** As one from an archive is, whose files have the time of the release. */
    @Test
    void aStartIsRecordedAgainForAnOlderJarInItsPlace() throws IOException {
        var here = copy();
        assertStartsWithRecording(here);
        var first = recording(here);
        Files.setLastModifiedTime(here.resolve("target/streamer.jar"), FileTime.from(Instant.EPOCH));
        assertStartsWithRecording(here);
        var second = recording(here);
        assertThat(second).isNotEqualTo(first);
        assertStartsWithRecording(here);
        assertThat(recording(here)).isEqualTo(second);
    }

    private static Object recording(Path here) throws IOException {
        try (var files = Files.newDirectoryStream(here.resolve("target"), "streamer-*.{jsa,aot}")) {
            var file = Files.readAttributes(files.iterator().next(), BasicFileAttributes.class);
            return Objects.requireNonNull(file.fileKey());
        }
    }

    private Path copy() throws IOException {
        var here = Files.createDirectories(directory.resolve("here"));
        for (var file : List.of("bin/streamer", "target/streamer.jar")) {
            Files.createDirectories(here.resolve(file).getParent());
            Files.copy(Path.of(file), here.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
        return here;
    }

    /** As from the archive that is distributed: there are no sources, and nothing is built. */
    @Test
    void anInstalledOneNeedsJavaAlone() throws IOException {
        var script = withoutJar("exit 1");
        var lib = Files.createDirectories(directory.resolve("here/lib"));
        Files.copy(Path.of("target/streamer.jar"), lib.resolve("streamer.jar"), StandardCopyOption.COPY_ATTRIBUTES);
        try (var program = Program.start(directory, withMaven(), script, "echo", "hi");
                var client = program.get("/")) {
            assertThat(client.text()).isEqualTo("hi\n");
            assertThat(program.err()).doesNotContain("building");
        }
        assertThat(directory.resolve("here/target")).doesNotExist();
        assertThat(lib).isDirectoryContaining("glob:**/streamer-*.of");
    }

    @Test
    void theFirstStartSaysWhatItWaitsFor() throws IOException {
        var script = withoutJar("for a; do case $a in -Dtarget.directory=*) cp '"
                + Path.of("target/streamer.jar").toAbsolutePath() + "' ${a#*=} ;; esac; done");
        try (var program = Program.start(directory, withMaven(), script, "echo", "hi");
                var client = program.get("/")) {
            assertThat(client.text()).isEqualTo("hi\n");
            assertThat(program.err()).startsWith("streamer: building target/streamer.jar (the first time Maven");
        }
        assertThat(directory.resolve("here/target")).isDirectoryNotContaining("glob:**start.*");
    }

    @Test
    void aFirstStartThatCannotBuildSaysWhy() throws IOException {
        var script = withoutJar("echo '[INFO] x'; echo '[ERROR] the disk is full'; exit 1");
        assertDoesNotStart(script, withMaven(), "\\[ERROR] the disk is full\nstreamer: the build failed, .*\n");
        var java = executable("java", "#!/bin/sh\nexec " + System.getProperty("java.home") + "/bin/java \"$@\"\n");
        var home = directory.resolve("jre");
        Files.move(java, Files.createDirectories(home.resolve("bin")).resolve("java"));
        var jre = new HashMap<>(withMaven());
        jre.put("JAVA_HOME", home.toString());
        assertDoesNotStart(script, jre, "streamer: building target/streamer.jar needs a JDK, .*\n");
        Tool.run("rm", "-r", directory.resolve("here/target").toString());
        Files.createFile(directory.resolve("here/target"));
        assertDoesNotStart(script, withMaven(), "streamer: cannot write to .*/here/target, .*\n");
    }

    /** A clone that has not been built, and a Maven that does this. */
    private Path withoutJar(String maven) throws IOException {
        executable("mvn", "#!/bin/sh\n" + maven + "\n");
        var here = Files.createDirectories(directory.resolve("here/bin"));
        return Files.copy(Path.of("bin/streamer"), here.resolve("streamer"), StandardCopyOption.COPY_ATTRIBUTES);
    }

    private Map<String, String> withMaven() {
        return Map.of("PATH", directory + ":" + System.getenv("PATH"));
    }

    private void assertDoesNotStart(Path script, Map<String, String> environment, String err) throws IOException {
        try (var program = Program.start(directory, environment, script, "true")) {
            assertThat(program.exitCode()).isEqualTo(1);
            assertThat(program.err()).matches("(streamer: building .*\\)\n)?" + err);
        }
    }

    private void assertStartsWithRecording(Path installed) throws IOException {
        try (var program = Program.start(directory, Map.of(), installed.resolve("bin/streamer"), "echo", "hi");
                var client = program.get("/")) {
            assertThat(client.text()).isEqualTo("hi\n");
            assertThat(program.err()).doesNotContain("cds", "aot");
        }
        try (var files = Files.list(installed.resolve("target"))) {
            var names =
                    files.map(file -> file.getFileName().toString()).sorted().toList();
            assertThat(names).hasSize(4);
            assertThat(names.get(0)).isEqualTo("libjnidispatch.so");
            assertThat(names.get(1)).matches("streamer-.*\\.(jsa|aot)");
            assertThat(names.get(2)).isEqualTo(names.get(1) + ".of");
            var jar = Path.of("target/streamer.jar");
            var isMovable = names.get(1).endsWith(".aot");
            assertThat(installed.resolve("target").resolve(names.get(2)))
                    .content()
                    .endsWith(" " + (isMovable ? jar : installed.toRealPath().resolve(jar)) + "\n");
        }
    }

    @Test
    void charactersSurviveWithoutALocale() throws IOException {
        var script = "printf '%s ' \"$1\" \"$STREAMER_QUERY_A\"";
        try (var program = Program.start(
                        directory,
                        Map.of("LC_ALL", "C", "LANG", "C"),
                        Path.of("bin/streamer"),
                        "--",
                        "sh",
                        "-c",
                        script,
                        "sh",
                        "ü");
                var client = program.get("/?a=%C3%BC")) {
            assertThat(client.text()).isEqualTo("ü ü ");
        }
    }

    @Test
    void startsByASymbolicLinkFromAnywhere() throws IOException {
        var link = Files.createSymbolicLink(
                directory.resolve("link"), Path.of("bin/streamer").toAbsolutePath());
        try (var program = Program.start(directory, Map.of(), link, "pwd");
                var client = program.get("/")) {
            assertThat(client.text()).isEqualTo(directory.toRealPath() + "\n");
        }
    }

    private Path executable(String name, String text) throws IOException {
        var file = Files.writeString(directory.resolve(name), text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
