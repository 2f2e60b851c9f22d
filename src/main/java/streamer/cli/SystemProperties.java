package streamer.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * System properties that libraries and the JDK read once, when a class is loaded, each with its reason. Where they are
 * only a preference, a value set by {@code JAVA_OPTS} wins.
 */
final class SystemProperties {
    /** Less than one HTTP/2 frame holds (16 KiB, RFC 9113, 4.2). */
    private static final int MAX_HTTP2_HEAD_BYTES = 12 * 1024;

    private static final int FIRST_TO_WARN_OF_VFORK = 25;

    private SystemProperties() {}

    /** Sets them; to be called before any other class is loaded. */
    static void set() {
        // JMX off: XNIO registers MBeans, which costs more time and memory than the rest of it.
        prefer("javax.management.builder.initial", "none");
        // HTTP/2 header limit: Undertow loses headers that come in a second frame; its option can only lower this.
        System.setProperty("io.undertow.http2-max-header-size", Integer.toString(MAX_HTTP2_HEAD_BYTES));
        // JNA looks for libraries by starting ldconfig(8); all it needs is in the process.
        prefer("jna.platform.library.path", "");
        // JNA makes a directory in the user's home; a service's user has none, and Java calls that "?", right here.
        if (!Files.isWritable(Path.of(System.getProperty("user.home")))) {
            prefer("jna.tmpdir", System.getProperty("java.io.tmpdir"));
        }
        // TLS renegotiation off: each costs the server a handshake.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        // SNI off: nothing depends on it, and names that Java calls malformed (my_service, example.com.) end a
        // handshake.
        prefer("jdk.tls.server.disableExtensions", "server_name");
        // vfork(2), where the JDK launches: twice as fast as its default, a helper program; newer JDKs warn of its
        // removal on standard error.
        if (isLinux() && Runtime.version().feature() < FIRST_TO_WARN_OF_VFORK) {
            prefer("jdk.lang.Process.launchMechanism", "VFORK");
        }
    }

    private static boolean isLinux() {
        return "Linux".equals(System.getProperty("os.name"));
    }

    private static void prefer(String name, String value) {
        System.getProperties().putIfAbsent(name, value);
    }
}
