package streamer.http.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The page's sources, from the jar. */
final class PageSource {
    /** What each script consists of: modules, after those that they import. */
    private static final Map<String, List<String>> MODULES = Map.of(
            "page.js",
            List.of("words.js", "looks.js", "line.js", "store.js", "finder.js", "view.js", "run.js", "page.js"),
            "runs.js",
            List.of("words.js", "runs.js"));

    /** Imports, the word export; comments: whole lines, the rest of a line, several lines; indentation, empty lines. */
    private static final Pattern UNSENT = Pattern.compile(
            "^import .*\n|^export |^ *//.*\n|(?<=[;,{(]) *// .*$|^ */\\*\\*(?s:.*?)\\*/\n|^ +|^\n", Pattern.MULTILINE);

    private PageSource() {}

    /**
     * A file as it is sent: without what only its readers need, and a script with its modules in one, so that a browser
     * asks once. So their outermost names must differ, and no string may go over the end of a line.
     */
    static String sent(String name) {
        return MODULES.getOrDefault(name, List.of(name)).stream()
                .map(PageSource::text)
                .map(text -> UNSENT.matcher(text).replaceAll(""))
                .collect(Collectors.joining());
    }

    /** The text of a file. */
    static String text(String name) {
        try (var file = PageSource.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is missing in the jar");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
