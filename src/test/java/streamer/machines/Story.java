package streamer.machines;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * What a run writes, which is known by its query: numbered lines, one after each pause.
 *
 * @param seed which lines
 * @param lines how many
 * @param pauseMillis the pause
 * @param width about how long the longest is
 * @param code how its command exits
 */
record Story(int seed, int lines, int pauseMillis, int width, int code) {
    private static final String PROGRAM = """
            import os, sys, time
            seed, lines, pause, width, code = map(int, os.environ['QUERY_STRING'].split('-'))
            for i in range(lines):
                sys.stdout.write('%d %d %s\\n' % (seed, i, 'x' * ((seed + i * 7919) % width)))
                sys.stdout.flush()
                time.sleep(pause / 1000)
            sys.exit(code)
            """;

    /** The command that tells it. */
    static List<String> command(Path directory) throws IOException {
        return List.of(
                "python3",
                Files.writeString(directory.resolve("story.py"), PROGRAM).toString());
    }

    /** One that takes about so long. */
    static Story random(Random random, int millis) {
        var isFast = random.nextBoolean();
        var pause = isFast ? 4 : 50;
        return new Story(
                random.nextInt(1_000_000), millis / pause, pause, isFast ? 2_000 : 100, random.nextInt(3) == 0 ? 3 : 0);
    }

    /** The path of a request for it. */
    String path() {
        return "/?" + seed + "-" + lines + "-" + pauseMillis + "-" + width + "-" + code;
    }

    /** All that it is. */
    byte[] bytes() {
        var all = new StringBuilder();
        for (var i = 0; i < lines; i++) {
            all.append(seed).append(' ').append(i).append(' ');
            all.append("x".repeat((int) ((seed + i * 7919L) % width))).append('\n');
        }
        return all.toString().getBytes(UTF_8);
    }
}
