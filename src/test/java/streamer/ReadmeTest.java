package streamer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the README and the pages in {@code docs} say of this tree is true. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))`");
    private static final Pattern PROGRAM = Pattern.compile("(?m)^web: .*$");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern CODE = Pattern.compile("`[^`]+`");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)(.*?)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    @Test
    void eachTestThatHoldsAPromiseExists() throws IOException {
        try (var files = Files.walk(Path.of("src/test/java"))) {
            var tests = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
            assertThat(all(TEST, Files.readString(Path.of("docs/security.md")))).isNotEmpty();
            for (var page : pages()) {
                assertThat(all(TEST, Files.readString(page))).as("%s", page).allMatch(tests::contains);
            }
        }
    }

    @Test
    void theProcfileIsTheOneInTheReadme() throws IOException {
        var shown = PROGRAM.matcher(Files.readString(README));
        assertThat(shown.find()).isTrue();
        assertThat(shown.group() + "\n").isEqualTo(Files.readString(Path.of("Procfile")));
    }

    @Test
    void eachLinkLeadsSomewhere() throws IOException {
        for (var page : pages()) {
            var text = CODE.matcher(withoutCodeBlocks(page)).replaceAll("");
            for (var link : all(LINK, text)) {
                assertLeadsSomewhere(page, link);
            }
        }
    }

    private static List<Path> pages() throws IOException {
        try (var docs = Files.list(Path.of("docs"))) {
            var pages = docs.filter(file -> file.toString().endsWith(".md"));
            return Stream.concat(Stream.of(README), pages).toList();
        }
    }

    private static void assertLeadsSomewhere(Path page, String link) throws IOException {
        var parts = link.split("#", 2);
        var target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
        assertThat(target).as("the link to %s in %s", link, page).exists();
        if (parts.length == 2) {
            assertThat(anchors(target)).as("%s, for a link in %s", target, page).contains(parts[1]);
        }
    }

    /** A heading's anchor is its text without punctuation, with hyphens for blanks. */
    private static List<String> anchors(Path page) throws IOException {
        return all(HEADING, withoutCodeBlocks(page)).stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w -]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static String withoutCodeBlocks(Path page) throws IOException {
        return CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).toList();
    }
}
