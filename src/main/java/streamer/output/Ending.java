package streamer.output;

import java.util.OptionalInt;

/** How a run ended: its command exited by itself, it was stopped, or it could not be launched. */
public sealed interface Ending {
    /** One word for the trailers, the exit event and the access line. */
    String word();

    /** The command's exit code as {@code waitpid(2)} gave it to Java, 128 + n for death by signal n; empty if unknown. */
    OptionalInt code();

    /** Whether the command has done what it was asked to do. */
    default boolean isSuccess() {
        return false;
    }

    /** The command ended by itself. */
    record Exited(int exitCode) implements Ending {
        @Override
        public String word() {
            return "exit";
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

    /** The run was stopped, whatever code its command ended with. */
    record Stopped(Reason reason, OptionalInt code) implements Ending {
        @Override
        public String word() {
            return reason.word();
        }
    }

    /** The command could not be launched. */
    record Failed() implements Ending {
        @Override
        public String word() {
            return "not-launched";
        }

        @Override
        public OptionalInt code() {
            return OptionalInt.empty();
        }
    }

    /** Why a run is stopped. */
    enum Reason {
        /** It took longer than it may. */
        TIMEOUT("timeout"),
        /** It wrote nothing for longer than it may. */
        IDLE_TIMEOUT("idle-timeout"),
        /** Its client sends without reading, and nothing moves any more. */
        STALLED("stalled"),
        /** Its client takes nothing of what it is sent. */
        WRITE_TIMEOUT("write-timeout"),
        /** Its client sends what is no body. */
        MALFORMED_BODY("malformed-body"),
        /** Its client sends too slowly. */
        SLOW_BODY("slow-body"),
        /** Its client sends more than is accepted. */
        BODY_TOO_LARGE("body-too-large"),
        /** The server shuts down. */
        SHUTDOWN("shutdown"),
        /** Nobody is there to read it. */
        CLIENT_GONE("client-gone"),
        /** The server failed it. */
        ERROR("error");

        private final String word;

        Reason(String word) {
            this.word = word;
        }

        /** The reason in one word, as clients and logs see it. */
        public String word() {
            return word;
        }
    }
}
