package streamer.output;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** How a run ended: its command exited by itself, it was stopped, or it could not be launched. */
public sealed interface Ending {
    /** One word for the trailers, the exit event and the access line. */
    String word();

    /** The command's exit code, by {@code waitpid(2)}; 128 + n for death by signal n; empty if unknown. */
    OptionalInt code();

    /** Whether the command exited with code 0, and by itself. */
    default boolean isSuccess() {
        return false;
    }

    /**
     * The ending of this word.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Ending of(String word, OptionalInt code) {
        return switch (word) {
            case Exited.WORD -> new Exited(code.orElseThrow(() -> new IllegalArgumentException("exit without code")));
            case Failed.WORD -> new Failed();
            default -> new Stopped(Reason.of(word), code);
        };
    }

    /** All the words. */
    static List<String> words() {
        return Stream.concat(
                        Stream.of(Exited.WORD, Failed.WORD),
                        Arrays.stream(Reason.values()).map(Reason::word))
                .toList();
    }

    /** The command exited by itself. */
    record Exited(int exitCode) implements Ending {
        private static final String WORD = "exit";

        @Override
        public String word() {
            return WORD;
        }

        @Override
        public OptionalInt code() {
            return OptionalInt.of(exitCode);
        }

        @Override
        public boolean isSuccess() {
            return exitCode == 0;
        }
    }

    /** The run was stopped, whatever exit code its command had. */
    record Stopped(Reason reason, OptionalInt code) implements Ending {
        @Override
        public String word() {
            return reason.word();
        }
    }

    /** The command could not be launched. */
    record Failed() implements Ending {
        private static final String WORD = "not-launched";

        @Override
        public String word() {
            return WORD;
        }

        @Override
        public OptionalInt code() {
            return OptionalInt.empty();
        }
    }

    /** Why a run is stopped. */
    enum Reason {
        /** {@code --timeout}: it took longer than it may. */
        TIMEOUT("timeout"),
        /** {@code --idle-timeout}: its output was waited for longer than it may be. */
        IDLE_TIMEOUT("idle-timeout"),
        /** Deadlock: its client sends a body without reading the output, and neither moves any more. */
        STALLED("stalled"),
        /** {@code --write-timeout}: its client takes nothing of the output. */
        WRITE_TIMEOUT("write-timeout"),
        /** The request's body is malformed. */
        MALFORMED_BODY("malformed-body"),
        /** The request's body comes too slowly. */
        SLOW_BODY("slow-body"),
        /** The request's body is larger than is accepted. */
        BODY_TOO_LARGE("body-too-large"),
        /** Somebody has asked for that. */
        STOP("stop"),
        /** {@code --unwatched}: it is kept, and nobody has watched it for that long. */
        UNWATCHED("unwatched"),
        /** Its output cannot be kept: the disk is full. */
        STORE_FULL("store-full"),
        /** The machine that it is on does not answer: whether it goes on is not known. */
        UNREACHABLE("unreachable"),
        /** The server has ended before the run: how that ended is not known. */
        LOST("lost"),
        /** The server shuts down. */
        SHUTDOWN("shutdown"),
        /** Its client has left. */
        CLIENT_GONE("client-gone"),
        /** Internal error. */
        ERROR("error");

        private final String word;

        Reason(String word) {
            this.word = word;
        }

        /**
         * The reason of this word.
         *
         * @throws IllegalArgumentException if there is none
         */
        static Reason of(String word) {
            return Arrays.stream(values())
                    .filter(reason -> reason.word.equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no ending '" + word + "'"));
        }

        /** The reason in one word, as clients and logs see it. */
        public String word() {
            return word;
        }
    }
}
