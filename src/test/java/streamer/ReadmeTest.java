package streamer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the README says of this tree is true. */
class ReadmeTest {
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))`");
    private static final Pattern PROGRAM = Pattern.compile("(?m)^web: .*$");

    @Test
    void eachTestThatHoldsAPromiseExists() throws IOException {
        try (var files = Files.walk(Path.of("src/test/java"))) {
            var tests = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
            var named = TEST.matcher(Files.readString(Path.of("README.md")))
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            assertThat(named).isNotEmpty().allMatch(tests::contains);
        }
    }

    @Test
    void theProcfileIsTheOneInTheReadme() throws IOException {
        var shown = PROGRAM.matcher(Files.readString(Path.of("README.md")));
        assertThat(shown.find()).isTrue();
        assertThat(shown.group() + "\n").isEqualTo(Files.readString(Path.of("Procfile")));
    }
}
